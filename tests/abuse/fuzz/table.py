#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The specification as tables in C, for the fuzzer: print what it says of each
attribute and of each command.

usage: table.py uapi/egress.yaml
"""

import sys

import yaml

KINDS = {'unused': 'NONE', 'flag': 'FLAG', 'u8': 'U8', 'u16': 'U16', 'u32': 'U32',
         'uint': 'UINT', 'string': 'STRING', 'binary': 'BINARY', 'nest': 'NEST'}


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        spec = yaml.safe_load(file)
    named = {d['name']: d['value'] for d in spec['definitions'] if d['type'] == 'const'}
    named['s16-max'] = 32767
    enums = {d['name']: len(d['entries']) - 1 for d in spec['definitions'] if d['type'] == 'enum'}
    number = {}

    def known(value):
        return named.get(value, value)

    def attribute(attr):
        checks = attr.get('checks', {})
        yield f'.name = "{attr["name"]}", .kind = {KINDS[attr["type"]]}'
        for key in ('min-len', 'max-len'):
            if key in checks or 'exact-len' in checks:
                length = known(checks.get(key, checks.get('exact-len')))
                yield f'.{key.replace("-", "_")} = {length}'
        if 'enum' in attr:
            yield f'.max = {enums[attr["enum"]]}'
        elif 'max' in checks:
            yield f'.max = {known(checks["max"])}'
        if 'nested-attributes' in attr:
            yield f'.nest = &{attr["nested-attributes"]}_set'

    # A set of some attributes of another one has no more than their names.
    whole = {attrs['name']: {attr['name']: attr for attr in attrs['attributes']}
             for attrs in spec['attribute-sets'] if 'subset-of' not in attrs}
    for attrs in spec['attribute-sets']:
        if 'subset-of' in attrs:
            attrs['attributes'] = [whole[attrs['subset-of']][attr['name']] for attr in attrs['attributes']]

    # Those that others are made of come first.
    for attrs in reversed(spec['attribute-sets']):
        name = attrs['name']
        number[name] = {attr['name']: n for n, attr in enumerate(attrs['attributes'])}
        print(f'static const struct attr_spec {name}_attrs[] = {{')
        for attr in attrs['attributes']:
            print(f'\t{{ {", ".join(attribute(attr))} }},')
        print('};\n')
        print(f'static const struct set_spec {name}_set = {{')
        print(f'\t"{name}", {name}_attrs, {len(attrs["attributes"])}\n}};\n')

    print('static const struct command_spec commands[] = {')
    for n, op in enumerate(op for op in spec['operations']['list'] if not op['name'].endswith('-ntf')):
        lists = ''
        for how, field in (('do', 'to_do'), ('dump', 'to_dump')):
            if how in op:
                attrs = op[how].get('request', {}).get('attributes', [])
                numbers = ', '.join(str(number['egress'][attr]) for attr in attrs)
                lists += f', .{field} = {{ {len(attrs)}, {{ {numbers or 0} }} }}, .can_{how} = true'
        print(f'\t{{ .name = "{op["name"]}", .cmd = {n}{lists} }},')
    print('};')


main()
