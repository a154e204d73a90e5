# An MCP server that starts another process, ignores SIGTERM and the end of its input, and notes the pids of both.
trap '' TERM
sleep 600 &
echo "$$ $!" >> "$1"
while read -r line; do
  [[ $line == *'"id":'* ]] || continue
  id=${line#*\"id\":}
  echo "{\"jsonrpc\":\"2.0\",\"id\":${id%%,*},\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}}"
done
while :; do sleep 600; done
