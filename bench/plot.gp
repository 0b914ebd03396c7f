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
colour(way) = way eq 'egress' ? "#d62728" : way eq 'nft_count' ? "#1f77b4" : \
	way eq 'iptables' ? "#2ca02c" : way eq 'nft_block' ? "#17becf" : \
	way eq 'nft_map' ? "#7f7f7f" : "#bbbbbb"
plot for [way in "nft_count iptables nft_block nft_map none egress"] \
	dir . '/' . way using 3:4 smooth bezier with lines lc rgb colour(way) \
	lw (way eq 'egress' ? 4 : 2) dt (way eq 'nft_map' ? 2 : 1) \
	title way eq 'nft_count' ? 'nft SNAT to a block + ct count' : \
	      way eq 'iptables' ? 'iptables SNAT to a block + connlimit' : \
	      way eq 'nft_block' ? 'nft SNAT to a block' : \
	      way eq 'nft_map' ? 'nft SNAT map, no limit' : \
	      way eq 'egress' ? 'egress, with its limit' : 'conntrack alone'
