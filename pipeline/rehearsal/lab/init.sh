#!/bin/bash
# The private engine, from its network to its end; runs inside its own root (see enter.sh).
#
# usage: LAB_CONTAINERD_STORE=true|false init.sh BRIDGE PREFIX
# for example: lab20 172.20 for addresses in 172.20.0.0/16
#
# It lives as long as somebody holds a shared lock on /run/users.lock: who uses the engine holds one, the
# kernel drops it when that process ends, however it ends, and then this script stops the engine. What it
# makes outside its own namespaces (a bridge, a table and perhaps four rules of nftables, a cgroup,
# ip_forward) is undone at the end, or at the next start if it was killed: /run/network says what there is.
set -uo pipefail
name=$1 prefix=$2
export container=lab # tells the engine to load no AppArmor profile into the host's kernel
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

forwarding=/proc/sys/net/ipv4/ip_forward

# What ip_forward was before the first private engine of this machine, which wrote it on its bridge.
forwarding_before() {
    local before
    before=$(ip -oneline link show type bridge | sed -n 's/^[0-9]*: lab.* alias \([01]\)$/\1/p' | head -n 1)
    echo "${before:-$(cat "$forwarding")}"
}

# A bridge without an address of its own takes one of its ports', another one as containers come and go, and
# the containers that know the old one reach nobody for half a minute.
hardware_address() {
    printf '02:42:%02x:%02x:00:01' "${prefix%.*}" "${prefix#*.}"
}

network_up() {
    local before
    before=$(forwarding_before)
    echo "$name $prefix $before" >/run/network
    ip link add "$name" address "$(hardware_address)" type bridge &&
        ip link set "$name" alias "$before" &&
        ip address add "$prefix.0.1/17" dev "$name" &&
        ip link set "$name" up &&
        echo 1 >"$forwarding" &&
        nft "add table ip $name
             add chain ip $name out { type nat hook postrouting priority srcnat; }
             add rule ip $name out ip saddr $prefix.0.0/16 ip daddr != $prefix.0.0/16 masquerade" &&
        firewall_open
}

# A firewall that drops what it does not know (ufw, a stopped Docker) must let the containers through.
firewall_open() {
    local chain end
    for chain in INPUT FORWARD; do
        nft list chain ip filter "$chain" >/dev/null 2>&1 || continue
        for end in saddr daddr; do
            nft insert rule ip filter "$chain" ip "$end" "$prefix.0.0/16" accept comment "\"$name\"" || return
        done
    done
}

firewall_close() { # NAME
    local chain handle
    for chain in INPUT FORWARD; do
        nft --handle list chain ip filter "$chain" 2>/dev/null |
            awk -v mark="comment \"$1\"" 'index($0, mark) { print $NF }' |
            while read -r handle; do nft delete rule ip filter "$chain" handle "$handle"; done
    done
}

network_down() { # NAME PREFIX FORWARDING, as network_up wrote them
    local link
    # the networks that containers made have bridges of their own with addresses of ours
    ip -oneline -4 address show | awk -v ours="inet $2." 'index($0, ours) { print $2 }' | sort -u |
        while read -r link; do ip link delete "$link"; done
    nft delete table ip "$1" 2>/dev/null
    firewall_close "$1"
    # somebody else's bridge needs what was switched on here
    [ -n "$(ip -oneline link show type bridge)" ] || echo "$3" >"$forwarding"
    emulation_off
    find /sys/fs/cgroup -depth -type d -path "*/$1*" -exec rmdir {} + 2>/dev/null
    rm -f /run/network
}

# Somebody who let this machine run programs for another kind of processor was killed (foreign.py).
emulation_off() {
    local formats=/proc/sys/fs/binfmt_misc
    [ -e /run/emulation ] || return
    mount -t binfmt_misc none "$formats"
    [ ! -e "$formats/$(cat /run/emulation)" ] || echo -1 >"$formats/$(cat /run/emulation)"
    rm /run/emulation
}

clean_up_after_a_killed_run() {
    local left
    if [ -e /run/network ]; then
        read -r -a left </run/network
        network_down "${left[@]}"
    fi
    rm -rf /run/docker /run/docker.pid /run/docker.sock /run/containerd
    # networks that were not removed would come back with the addresses of then
    rm -rf /var/lib/docker/network
}

# The largest packet that leaves this machine whole, which its containers cannot find out by themselves.
largest_packet() {
    local device mtu
    device=$(ip -oneline -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
    mtu=$(ip -oneline link show dev "${device:-lo}" | sed -n 's/.* mtu \([0-9]*\).*/\1/p')
    echo $((mtu < 1500 ? mtu : 1500))
}

configure() {
    local mtu
    mtu=$(largest_packet)
    cat >/run/daemon.json <<JSON
{
  "features": {"containerd-snapshotter": $LAB_CONTAINERD_STORE},
  "bridge": "$name",
  "fixed-cidr": "$prefix.0.0/17",
  "default-address-pools": [{"base": "$prefix.128.0/17", "size": 24}],
  "insecure-registries": ["$prefix.0.0/16"],
  "mtu": $mtu,
  "default-network-opts": {"bridge": {"com.docker.network.driver.mtu": "$mtu"}},
  "dns-opts": ["timeout:2", "attempts:5"],
  "iptables": false,
  "ip6tables": false,
  "ip-forward": false,
  "cgroup-parent": "/$name",
  "builder": {"gc": {"enabled": true, "defaultKeepStorage": "10GB"}},
  "shutdown-timeout": 5
}
JSON
}

engine_down() {
    docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes >/dev/null
    docker image prune --force --filter until=72h >/dev/null
    kill "$engine" 2>/dev/null
    wait "$engine" # dockerd stops its containerd last
}

exec 9</run/users.lock
clean_up_after_a_killed_run
configure
if network_up; then
    dockerd --config-file /run/daemon.json 9<&- &
    engine=$!
    flock --exclusive 9 &
    wait -n # for the last user to go, or for the engine to die
    engine_down
fi
read -r -a left </run/network
network_down "${left[@]}"
