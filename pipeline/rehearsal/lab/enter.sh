#!/bin/sh
# Make ROOTFS the root of this mount and process namespace, then run its init.
#
# usage: unshare --mount --pid --fork --kill-child --propagation private \
#            sh enter.sh ROOTFS RUN DATA INIT NETWORK VISIBLE...
#
# ROOTFS   the engine's Debian; RUN its /run, seen from outside; DATA keeps images between runs
# INIT     the script that becomes the engine; NETWORK "name prefix", for example "lab20 172.20"
# VISIBLE  folders that containers may mount, at the same path inside and outside
#
# pivot_root and not chroot: a process that joins a container's mount namespace (docker exec, docker cp)
# starts at that namespace's root, which after a chroot is still the host's.
set -eu
rootfs=$1 run=$2 data=$3 init=$4 network=$5
shift 5

mount --bind "$rootfs" "$rootfs"
for folder in sys dev; do mount --rbind "/$folder" "$rootfs/$folder"; done
mount -t proc proc "$rootfs/proc"
mount --bind "$run" "$rootfs/run"
for folder in docker buildkit; do
    mkdir -p "$data/$folder" "$rootfs/var/lib/$folder"
    mount --bind "$data/$folder" "$rootfs/var/lib/$folder"
done
cp "$init" "$rootfs/init.sh"
# without /etc/hosts, "localhost" does not resolve
cp /etc/hosts /etc/resolv.conf "$rootfs/etc/"
cp /etc/ssl/certs/ca-certificates.crt "$rootfs/etc/ssl/certs/ca-certificates.crt" 2>/dev/null || :
mkdir -p "$rootfs/.old"
for folder in "$@"; do
    mkdir -p "$rootfs$folder"
    mount --bind "$folder" "$rootfs$folder"
done
cd "$rootfs"
pivot_root . .old
cd /
umount -l /.old
exec tini -- bash /init.sh $network
