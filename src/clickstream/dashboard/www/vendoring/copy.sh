#!/bin/sh
# Copies the fonts and the licences of what is vendored from node_modules to the folder that is served.
set -eu
inter=node_modules/@fontsource-variable/inter
mkdir -p ../fonts
for set in latin latin-ext vietnamese; do
  cp "$inter/files/inter-$set-wght-normal.woff2" "../fonts/inter-$set.woff2"
done
cp "$inter/LICENSE" ../fonts/inter.LICENSE.txt
cat node_modules/echarts/LICENSE node_modules/echarts/NOTICE > ../echarts.LICENSE.txt
for part in node_modules/zrender/LICENSE node_modules/echarts/licenses/LICENSE-d3; do
  printf '\n---- %s ----\n\n' "${part#node_modules/}" >> ../echarts.LICENSE.txt
  cat "$part" >> ../echarts.LICENSE.txt
done
