# shellcheck shell=bash
# How secrets come in, before anything else of a script.

# read_secret NAME LINES: the variable's value is the next lines of the script
# itself. There it stands as it is, neither quoted nor encoded, because Pulumi
# keeps a secret out of its logs by looking for its very text.
read_secret() {
  local line text='' left
  for ((left = $2; left > 0; left--)); do
    IFS= read -r line
    text+=$line$'\n'
  done
  printf -v "$1" '%s' "${text%$'\n'}"
}
