# Prints what --version says about the build: build-properties.sh VERSION
commit=$(git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null) || commit=unknown
printf 'version=%s\ncommit=%s\n' "$1" "$commit"
