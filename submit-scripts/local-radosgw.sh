#!/usr/bin/env bash
# A real S3 server on this machine, in the background: Ceph's radosgw before one monitor and one object store of one copy.
# Unlike S3Mock it checks credentials, and of several who create an object one wins. What it holds is gone at the next start.
#
#   eval "$(submit-scripts/local-radosgw.sh start [-s S3-PORT] [FOLDER])"     sets S3, a URI to write below, and HADOOP_CONF_DIR
#   submit-scripts/local-radosgw.sh gateway [FOLDER]      starts radosgw again, after its end, before the same objects
#   submit-scripts/local-radosgw.sh status [FOLDER]
#   submit-scripts/local-radosgw.sh stop [FOLDER]
#
# It needs the Debian packages radosgw, ceph-mon, ceph-osd, ceph-common and curl. The port is a free one unless it is named; all listen
# at 127.0.0.1 only. FOLDER, runs/local-radosgw by default, takes process ids, logs, objects (a file that may grow to 8 GiB),
# conf/core-site.xml for Hadoop clients, and ops.log, in which radosgw writes each request. Ends what it started, and nothing else.
set -euo pipefail

name=local-radosgw
pattern='ceph-mon|ceph-osd|radosgw'
# shellcheck source=submit-scripts/layout.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/layout.sh"
# shellcheck disable=SC2034
end_signal=KILL # radosgw would wait for a monitor that has ended, and nothing is kept
bucket=hyena
s3_port=0
folder=$runs/local-radosgw
# shellcheck source=submit-scripts/local-processes.sh
. "$home/submit-scripts/local-processes.sh"

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

ceph_conf() { # FSID MONITOR-PORT
  cat <<END
[global]
fsid = $1
mon_host = v2:127.0.0.1:$2
public_network = 127.0.0.0/8
cluster_network = 127.0.0.0/8
ms_mon_client_mode = crc
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
run_dir = $folder/run
admin_socket = $folder/run/\$name.\$pid.asok
crash_dir = $folder/run
log_to_stderr = true
log_to_file = false
err_to_stderr = true
osd_class_dir = $(echo /usr/lib/*/rados-classes)
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 2
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_data = $folder/mon
mon_data_avail_crit = 1
osd_data = $folder/osd
osd_objectstore = bluestore
osd_fast_shutdown_notify_mon = false
osd_memory_target = 939524096
osd_op_num_shards = 1
bluestore_block_size = 8589934592
bluestore_cache_autotune = false
bluestore_cache_size = 134217728
bluestore_fsck_quick_fix_on_mount = false
rgw_data = $folder/run
rgw_enable_usage_log = false
rgw_enable_ops_log = true
rgw_ops_log_rados = false
rgw_ops_log_file_path = $folder/ops.log
rgw_thread_pool_size = 32
END
}

ceph_tool() { # TOOL ARGUMENTS...: one of Ceph's commands, which say much that nobody needs
  local tool=$1
  shift
  "$tool" --conf "$folder/ceph.conf" "$@" >>"$folder/tools.log" 2>&1 || fail 1 "$tool $1 has failed; its log is $folder/tools.log"
}

ask() { # METHOD PATH
  curl -s -f -m 60 -o "$folder/answer.xml" --aws-sigv4 aws:amz:us-east-1:s3 --user local:local-secret -X "$1" --data-binary '' \
    "http://127.0.0.1:$s3_port/$2"
}

gateway() {
  if alive "$folder/radosgw.pid"; then fail 1 "radosgw runs already in $folder"; fi
  folder=$(cd "$folder" && pwd)
  s3_port=$(cat "$folder/port")
  : >"$folder/radosgw.log"
  launch radosgw radosgw --conf "$folder/ceph.conf" --foreground --name client.admin \
    --rgw-frontends "beast endpoint=127.0.0.1:$s3_port"
  local end=$((SECONDS + 60))
  until curl -s -o /dev/null "http://127.0.0.1:$s3_port/"; do
    kill -0 "$(cat "$folder/radosgw.pid")" 2>/dev/null || fail 1 "radosgw has ended; its log is $folder/radosgw.log"
    [ "$SECONDS" -lt "$end" ] || fail 1 "radosgw does not answer within 60 s; its log is $folder/radosgw.log"
    sleep 0.2
  done
}

start() {
  local tool fsid monitor_port
  for tool in radosgw ceph-mon ceph-osd ceph curl; do
    command -v "$tool" >/dev/null ||
      fail 1 "$tool is missing: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd ceph-common curl"
  done
  prepare_folder
  rm -rf "$folder/mon" "$folder/osd" "$folder/run" "$folder/ops.log"
  mkdir -p "$folder/mon" "$folder/osd" "$folder/run"
  [ "$s3_port" -gt 0 ] || s3_port=$(free_port)
  printf '%s\n' "$s3_port" >"$folder/port"
  fsid=$(cat /proc/sys/kernel/random/uuid)
  monitor_port=$(free_port)
  ceph_conf "$fsid" "$monitor_port" >"$folder/ceph.conf"
  rm -f "$folder/monmap"
  ceph_tool monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$monitor_port]" "$folder/monmap"
  ceph_tool ceph-mon --mkfs --id a --monmap "$folder/monmap"
  launch monitor ceph-mon --conf "$folder/ceph.conf" --foreground --id a
  ceph_tool ceph --connect-timeout 60 osd new "$fsid"
  ceph_tool ceph-osd --mkfs --id 0 --osd-uuid "$fsid" --no-mon-config
  launch objects ceph-osd --conf "$folder/ceph.conf" --foreground --id 0
  ceph_tool radosgw-admin user create --uid local --display-name local --access-key local --secret-key local-secret
  gateway
  ask PUT "$bucket" || fail 1 "the bucket $bucket could not be made; the logs are in $folder"
  # The first object makes the pool that objects lie in.
  if ! ask PUT "$bucket/first" || ! ask DELETE "$bucket/first"; then
    fail 1 "no object was stored within 60 s; the logs are in $folder"
  fi
  write_conf "http://127.0.0.1:$s3_port" local local-secret
  printf '%s: S3 at http://127.0.0.1:%s, access key local, secret key local-secret; end it with "%s stop %s"\n' "$name" "$s3_port" "$0" \
    "$folder" >&2
  started "$(printf 'export HADOOP_CONF_DIR=%q\nexport S3=s3a://%s' "$folder/conf" "$bucket")"
}

[ $# -ge 1 ] || fail "$usage" 'start, gateway, stop or status?'
command=$1
shift
while getopts s: option; do
  case $option in
  s) s3_port=$OPTARG ;;
  *) fail "$usage" 'the one known option: -s S3-PORT' ;;
  esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || fail "$usage" "one folder, not '$*'"
folder=${1:-$folder}
[[ $s3_port =~ ^[0-9]+$ ]] || fail "$usage" "-s $s3_port: expected the number of a port"
case $command in
start | gateway | stop | status) "$command" ;;
*) fail "$usage" "start, gateway, stop or status, not '$command'" ;;
esac
