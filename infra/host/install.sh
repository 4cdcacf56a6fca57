#!/bin/sh
# Installs or updates this host from the bundle that it lies in; run as root, safe to repeat.
# Needs no internet: packages and releases come from S3, through the VPC's endpoint.
# /etc/clickstream/host.env says which host this is; the user data wrote it.
set -eu
bundle=$(dirname "$(dirname "$(readlink -f "$0")")")
. /etc/clickstream/host.env
data=/var/lib/clickstream

first_package() {
    for name; do
        if dnf --quiet list "$name" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "install: Amazon Linux offers none of: $*" >&2
    return 1
}

dnf --assumeyes --quiet install python3.12 openssl
command -v postgres >/dev/null || dnf --assumeyes --quiet install \
    "$(first_package postgresql17-server postgresql16-server postgresql15-server)"

# The volume outlives the host. It is made ready once, and never again.
device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$(echo "$HOST_VOLUME" | tr -d -)
for _ in $(seq 60); do
    [ -e "$device" ] && break
    sleep 5
done
blkid "$device" >/dev/null || mkfs.xfs -q "$device"
mkdir -p "$data"
grep -q " $data " /etc/fstab || echo "$device $data xfs defaults,noatime,nofail 0 2" >>/etc/fstab
mountpoint -q "$data" || mount "$data"

for name in clickstream clickstream-dashboard; do
    id "$name" >/dev/null 2>&1 || useradd --system --no-create-home --shell /sbin/nologin "$name"
done

chmod 755 "$bundle" "$bundle/bin/clickstream" "$bundle"/host/*.sh
ln -sfn "$bundle" /opt/clickstream/current.new
mv -T /opt/clickstream/current.new /opt/clickstream/current
ln -sfn /opt/clickstream/current/bin/clickstream /usr/local/bin/clickstream

install -m 644 "$bundle"/host/units/* /etc/systemd/system/
systemctl daemon-reload
systemctl enable --quiet "clickstream-$HOST_KIND.target"
systemctl restart "clickstream-$HOST_KIND.target"

# The three latest releases stay, to go back to.
find /opt/clickstream/releases -mindepth 1 -maxdepth 1 -printf '%T@ %p\n' |
    sort -rn | tail -n +4 | cut -d ' ' -f 2- | xargs --no-run-if-empty rm -rf
