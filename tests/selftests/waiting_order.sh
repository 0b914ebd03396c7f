#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Machines that wait get the pair that is allocated later, or the slot that gets
# free, at once, and the one that has waited longest comes first.
. "$(dirname "$0")/lib.sh"

waiting() { eg -j machine list --waiting | jq -r '[.[].machine] | sort | join(" ")'; }

net 1
pool
add 1
waits m1
under "before" $HOST4 "$(ask m1 udp $BANK4)"
crowd 9 9
crowd 1 6
allocate --block-size 16384
leased m1 "$(ask m1 udp $BANK4)"
is "four have a slot" "c3 c4 c5 c6" "$(waiting)"

eg machine del c9
is "c9's goes to" "c4 c5 c6" "$(waiting)"
eg machine del c4 c1
is "c1's goes to" "c6" "$(waiting)"
crowd 4 4
is "c4 queues up again" "c4 c6" "$(waiting)"
eg machine del m1
is "m1's goes to" "c4" "$(waiting)"
leased c6 "$(ask m1 udp $BANK4 "from=$(at 6)")"
under "c4 waits" $HOST4 "$(ask m1 udp $BANK4 "from=$(at 4)")"

# Another app's machine, and one in another region, have nothing to do with it.
eg machine add other --app blog --region ord --addr 10.2.0.1
eg machine add abroad --app shop --region fra --addr 10.2.0.2
eg machine del c5
is "c5's goes to" "abroad other" "$(waiting)"
counts() { eg -j app list | jq -r '[.[] | "\(.app) \(.waiting) of \(.machines)"] | sort | join(", ")'; }
is "who waits, by app" "blog 1 of 1, shop 1 of 5" "$(counts)"
eg machine set abroad --app blog --region ord
is "one of them moved" "blog 2 of 2, shop 0 of 4" "$(counts)"
eg machine set abroad --app shop --region fra
is "and back" "blog 1 of 1, shop 1 of 5" "$(counts)"
leased c4 "$(ask m1 udp $BANK4 "from=$(at 4)")"

# Two go to pairs of their own. Of the slots they leave, one is asked for and the
# other is for who waits.
mart="--app mart --region ord"
# shellcheck disable=SC2086 # words
{
	made=$(eg -j allocate $mart --block-size 16384)
	for i in {1..5}; do
		echo "machine add d$i $mart --addr 10.3.0.$i"
	done | eg -b -
	is "d5 waits" "abroad d5 other" "$(waiting)"
	eg -b - <<-END
		allocate --machine d1 --region ord
		allocate --machine d2 --region ord
		machine add d6 $mart --addr 10.3.0.6 --pair $(of v4 "$made")
	END
}
d5_has() { [ "$(waiting)" = "abroad other" ]; }
until_ok "d5 has the other" d5_has

# The slot that a machine has left in another region, with a connection, goes to who
# waits there when the machine is deleted.
eg pool add lhr 198.51.100.64/28
eg allocate --app mart --region lhr --block-size 16384 >/dev/null
for i in {1..4}; do
	echo "machine add e$i --app mart --region lhr --addr 10.0.0.$((i + 100))"
done | eg -b -
ip -n m1 addr add 10.0.0.101/32 dev lo
ip -n h route add 10.0.0.101 dev m1
keep e1 m1 tcp $BANK4 from=10.0.0.101 >/dev/null
eg machine set e1 --region ord
eg machine add e5 --app mart --region lhr --addr 10.0.0.105
is "e1 waits there, e5 here" "abroad e1 e5 other" "$(waiting)"
eg machine del e1
is "e1's goes to" "abroad other" "$(waiting)"
end e1
