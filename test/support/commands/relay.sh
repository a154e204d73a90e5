# Standard input and output, joined with a TCP port of this machine.
exec 3<>"/dev/tcp/127.0.0.1/$1"
{ cat <&3; kill $$; } &
cat >&3
