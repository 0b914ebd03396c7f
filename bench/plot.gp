# SPDX-License-Identifier: GPL-2.0
# gnuplot -e "dir='DIR'; kernel='KVER'" plot.gp: DIR has a file for each way.
set terminal svg size 900,480 font "sans-serif,13" background "white"
set title sprintf("A new connection to one destination, Linux %s", kernel)
set xlabel "connections live"
set ylabel "instructions"
set format y "%.0s %c"
set xrange [0:1000]
set yrange [0:80000]
set key top left
set grid ytics lc rgb "#dddddd"
array ways[6] = ["nft_count", "iptables", "nft_block", "nft_map", "none", "egress"]
array colours[6] = ["#1f77b4", "#2ca02c", "#17becf", "#7f7f7f", "#bbbbbb", "#d62728"]
array widths[6] = [2, 2, 2, 2, 2, 4]
array titles[6] = ["nft SNAT to a block + ct count", "iptables SNAT to a block + connlimit", \
	"nft SNAT to a block", "nft SNAT map, no limit", "conntrack alone", "egress, with its limit"]
plot for [i=1:6] dir . '/' . ways[i] using 3:4 smooth bezier with lines \
	lw widths[i] lc rgb colours[i] title titles[i]
