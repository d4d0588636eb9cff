# Lays out the tool as it is run and distributed: lay-out.sh JAR TREE JDK STARTED
#   JAR      the runnable jar with everything in it
#   TREE     the folder to fill
#   JDK      the JDK to write the generated files with
#   STARTED  when the build started: the launcher compares sources with that time, so that one saved meanwhile is built again
set -eu
jar=$1
tree=$2
jdk=$3
started=$4
dist=${0%/build/*}/dist

mkdir -p "$tree/bin" "$tree/lib" "$tree/completions"
rm -rf "$tree/lib/archive" "$tree/built"

# Renamed into place, never overwritten: somebody may be running the old one.
install() {
    cp "$1" "$2.part"
    chmod "$3" "$2.part"
    mv -f "$2.part" "$2"
}
install "$jar" "$tree/lib/poke-sim.jar" 644
install "$dist/bin/poke-sim" "$tree/bin/poke-sim" 755

# Makes the class-data archive too, and shows that the tool starts.
export POKE_SIM_JAVA="$jdk" POKE_SIM_OPTS=
said=$("$tree/bin/poke-sim" --version 2>&1) || {
    printf '%s\n' "$said" >&2
    exit 1
}

generate() {
    target=$1
    shift
    "$@" >"$target.part"
    mv -f "$target.part" "$target"
}
generate "$tree/lib/help.txt" "$jdk/bin/java" -jar "$tree/lib/poke-sim.jar" --help
generate "$tree/lib/help.ansi" env -u NO_COLOR TERM=xterm \
    "$jdk/bin/java" -Dpokesim.terminals=stdout -jar "$tree/lib/poke-sim.jar" --help
generate "$tree/completions/poke-sim" "$tree/bin/poke-sim" completion

touch -d "$started" "$tree/built"
