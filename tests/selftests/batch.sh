#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A batch stops at its first error and names the line; with -force it goes on,
# and fails all the same.
. "$(dirname "$0")/lib.sh"

machines() { eg -j machine list | jq -r '[.[].machine] | sort | join(" ")'; }

net 1
cat > "$TMP/batch" <<END
# a pool, a pair and machines
pool add ord $POOL4 $POOL6 dev up

allocate --app shop --region ord
machine add m1 --app "shop" --region ord --addr 10.0.0.1 --addr fd00::1 # first
machine add m2 --app shop --region nowhere! --addr 10.0.0.2
machine add m3 --app shop --region ord --addr 10.0.0.3
END
refused 2 "$TMP/batch:6.*nowhere!" eg -b "$TMP/batch"
is "carried out" m1 "$(machines)"
leased m1 "$(ask m1 tcp $BANK4)"

cat > "$TMP/batch" <<END
machine add m4 --app shop --region ord --addr 10.0.0.4
machine add m1 --app shop --region ord --addr 10.0.0.1
bogus
machine add m3 --app shop --region ord --addr 10.0.0.3
END
refused 2 "$TMP/batch:2.*m1.*$TMP/batch:3.*bogus" eg -b "$TMP/batch" -force
is "carried out" "m1 m3 m4" "$(machines)"

refused 2 ':2' eg -b - <<<$'machine del m4\nmachine del m4\nmachine del m3'
is "carried out" "m1 m3" "$(machines)"
refused '[12]' 'no/such' eg -b /no/such
refused 2 'm2' eg -b - -force <<<$'machine del m1\nmachine del m2\nmachine del m3'
is "carried out" "" "$(machines)"
