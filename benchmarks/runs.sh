#!/bin/sh
# Times whole runs of poke-sim, and prints the latencies that they simulate beside the published ones.
# RUNS: how often each run is timed (3; the fastest counts). REPLICAS: seeds of each comparison (20).

set -eu
root=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd -P)
runs=${RUNS:-3}
replicas=${REPLICAS:-20}
tool=$root/cli/target/poke-sim/bin/poke-sim

for needed in /usr/bin/time python3; do
    command -v "$needed" >/dev/null || { echo "runs.sh: $needed is missing; install it" >&2; exit 2; }
done
"$root/poke-sim" --version >/dev/null # builds it if that is necessary
"$tool" profile list >/dev/null       # and now its class-data archive is there

out=$(mktemp -d)
trap 'rm -rf -- "$out"' EXIT

# timed LIMIT_SECONDS LIMIT_MIB ARGUMENT...: one line with the fastest of several runs
timed() {
    seconds=$1
    mib=$2
    shift 2
    : >"$out/times"
    i=0
    while [ "$i" -lt "$runs" ]; do
        /usr/bin/time -a -o "$out/times" -f '%e %U %S %M' "$tool" "$@" >/dev/null
        i=$((i + 1))
    done
    sort -n "$out/times" | awk -v seconds="$seconds" -v mib="$mib" -v what="$*" '
        NR == 1 { wall = $1; cpu = $2 + $3 }
        { if ($2 + $3 < cpu) cpu = $2 + $3; if ($4 > kib) kib = $4 }
        END {
            verdict = (wall <= seconds && kib / 1024 <= mib) ? "met" : "MISSED"
            printf "%-52s %8.2f %8.2f %8.0f   < %s s, < %s MiB: %s\n", what, wall, cpu, kib / 1024, seconds, mib, verdict
        }'
}

echo "Fastest of $runs runs; load now: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown), $(getconf _NPROCESSORS_ONLN) processors"
printf '%-52s %8s %8s %8s   %s\n' "poke-sim ..." "wall, s" "CPU, s" "RSS, MiB" "target"
timed 0.05 1024 --help
timed 2 1024 run --cores 480 --sites 164 --refs percpu
timed 8 1024 run --cores 480 --sites 164 --refs global
timed 30 1024 run --cores 4096 --sites 1000 --refs percpu

echo
echo "Simulated latency of a batch on 480 cores, $replicas seeds each, beside the published samples:"
for profile in milan mid; do
    "$tool" compare --cores 480 --sites 164 --replicas "$replicas" --profile "$profile" --format json >"$out/$profile.json"
done
python3 - "$out" <<'EOF'
import json, sys
print(f"{'profile':8} {'refs':7} {'sites':>5} {'median, us':>12} {'p10':>12} {'p90':>12} {'published':>12} {'ratio':>7}")
for profile in 'milan', 'mid':
    with open(f'{sys.argv[1]}/{profile}.json') as file:
        result = json.load(file)
    for row in result['rows']:
        spread = row['latencyUs']
        published = row.get('publishedUs')
        print(f"{profile:8} {row['refs']:7} {row['sites']:5} {spread['median']:12.1f} {spread['p10']:12.1f} {spread['p90']:12.1f}",
              f"{published:12.0f} {row['toPublished']:7.2f}" if published else f"{'-':>12} {'-':>7}")
EOF
