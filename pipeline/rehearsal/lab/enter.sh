#!/bin/sh
# Make ROOTFS the root of this mount and process namespace, then run its init.
#
# usage: unshare --mount --pid --fork --kill-child --propagation private \
#            sh enter.sh ROOTFS RUN DATA INIT BRIDGE PREFIX VISIBLE...
#
# ROOTFS   the engine's Debian, of which nothing is changed but mount points and /etc
# RUN      its /run, seen from outside; DATA keeps images between runs
# INIT     the script that becomes the engine, with BRIDGE and PREFIX as its arguments
# VISIBLE  folders that containers may mount, at the same path inside and outside
#
# pivot_root and not chroot: a process that joins a container's mount namespace (docker exec, docker cp)
# starts at that namespace's root, which after a chroot is still the host's.
set -eu
rootfs=$1 run=$2 data=$3 init=$4 bridge=$5 prefix=$6
shift 6

mount --bind "$rootfs" "$rootfs"
for folder in sys dev; do mount --rbind "/$folder" "$rootfs/$folder"; done
mount -t proc proc "$rootfs/proc"
mount --bind "$run" "$rootfs/run"
mkdir -p "$data" "$rootfs/var/lib/docker"
mount --bind "$data" "$rootfs/var/lib/docker"
cp "$init" "$run/init.sh"
# without /etc/hosts, "localhost" does not resolve
cp /etc/hosts "$rootfs/etc/"
# containers cannot ask systemd's resolver on this machine's loopback address, but those that it asks
names=/run/systemd/resolve/resolv.conf
[ -e "$names" ] || names=/etc/resolv.conf
cp "$names" "$rootfs/etc/resolv.conf"
# what this machine trusts, the engine trusts
[ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$rootfs/etc/ssl/certs/"
mkdir -p "$rootfs/.old"
for folder in "$@"; do
    mkdir -p "$rootfs$folder"
    mount --bind "$folder" "$rootfs$folder"
done
cd "$rootfs"
pivot_root . .old
cd /
umount -l /.old
exec tini -- bash /run/init.sh "$bridge" "$prefix"
