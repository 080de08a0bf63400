#!/usr/bin/env bash
# A Spark cluster on this machine, on 127.0.0.1 only: a standalone master and workers of one core each, in the background.
#
#   submit-scripts/local-cluster.sh start [-w WORKERS] [-m MEMORY] [FOLDER]    prints the master's URL
#   submit-scripts/local-cluster.sh status [FOLDER]
#   submit-scripts/local-cluster.sh stop [FOLDER]
#
# Two workers of 4g unless said otherwise. FOLDER, runs/local-cluster by default, takes process ids, logs and work files. The Spark
# is that of $SPARK_HOME, or the one that the build assembled. Ends what it started, and nothing else.
set -euo pipefail
unset CDPATH

usage=2
home=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
workers=2
memory=4g
folder=$home/runs/local-cluster

fail() { # EXIT-CODE MESSAGE
  printf 'local-cluster: %s\n' "$2" >&2
  exit "$1"
}

use_spark() {
  local library version
  if [ -z "${SPARK_HOME:-}" ]; then
    "$home/submit-scripts/hyena" --help >/dev/null 2>&1 # builds what is missing
    export SPARK_HOME=$home/jobs/target/spark
  fi
  library=("$SPARK_HOME"/jars/scala-library-*.jar)
  [ -e "${library[0]}" ] || fail "$usage" "there is no Spark in SPARK_HOME=$SPARK_HOME: set it to a Spark installation, or unset it"
  version=${library[0]##*-}
  export SPARK_SCALA_VERSION=${version%.*.jar}
  export SPARK_LOCAL_IP=127.0.0.1
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java
}

alive() { # PID-FILE: whether that process runs and is one of ours, not another that has its number now
  local pid
  [ -s "$1" ] || return 1
  pid=$(cat "$1")
  if [ -r "/proc/$pid/cmdline" ]; then
    grep -qs org.apache.spark.deploy "/proc/$pid/cmdline"
  else
    ps -o args= -p "$pid" 2>/dev/null | grep -q org.apache.spark.deploy
  fi
}

launch() { # NAME CLASS ARGUMENTS...
  local name=$1
  shift
  nohup "$java" -Xmx512m -cp "$SPARK_HOME/jars/*" "$@" >"$folder/$name.log" 2>&1 </dev/null &
  echo $! >"$folder/$name.pid"
}

await() { # SECONDS NAME PATTERN: until the log of a process that was launched here has it
  local end=$((SECONDS + $1)) pid
  pid=$(cat "$folder/$2.pid")
  until grep -qE "$3" "$folder/$2.log" 2>/dev/null; do
    kill -0 "$pid" 2>/dev/null || fail 1 "the $2 has ended; its log is $folder/$2.log" # not alive: a fork has its command late
    [ "$SECONDS" -lt "$end" ] || fail 1 "the $2 said nothing of '$3' within $1 s; its log is $folder/$2.log"
    sleep 0.2
  done
}

start() {
  local pid n url
  mkdir -p "$folder"
  for pid in "$folder"/*.pid; do
    if alive "$pid"; then fail 1 "a cluster runs already in $folder: stop it first, or name another folder"; fi
  done
  use_spark
  rm -f "$folder"/*.pid "$folder"/*.log
  launch master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port 0 --webui-port 0
  await 60 master 'Starting Spark master at spark://'
  url=$(sed -nE 's/.*Starting Spark master at (spark:[^ ]*).*/\1/p' "$folder/master.log" | head -n 1)
  printf '%s\n' "$url" >"$folder/url"
  for ((n = 1; n <= workers; n++)); do
    launch "worker-$n" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --cores 1 --memory "$memory" --webui-port 0 \
      --work-dir "$folder/work-$n" "$url"
  done
  for ((n = 1; n <= workers; n++)); do
    await 60 "worker-$n" 'Successfully registered with master'
  done
  printf '%s\n' "$url"
}

status() {
  local pid running=0
  for pid in "$folder"/*.pid; do
    if alive "$pid"; then
      running=$((running + 1))
      printf '%s %s\n' "$(basename "$pid" .pid)" "$(cat "$pid")" >&2
    fi
  done
  [ "$running" -gt 0 ] || fail 1 "no cluster runs in $folder"
  cat "$folder/url"
}

stop() {
  local pid files=()
  for pid in "$folder"/worker-*.pid "$folder"/master.pid; do # workers first: they would look for their master
    if alive "$pid"; then
      kill "$(cat "$pid")"
      files+=("$pid")
    fi
  done
  for pid in ${files[@]+"${files[@]}"}; do
    local end=$((SECONDS + 30))
    while alive "$pid"; do
      if [ "$SECONDS" -ge "$end" ]; then kill -9 "$(cat "$pid")"; fi
      sleep 0.2
    done
    rm -f "$pid"
  done
}

[ $# -ge 1 ] || fail "$usage" 'start, stop or status?'
command=$1
shift
while getopts w:m: option; do
  case $option in
  w) workers=$OPTARG ;;
  m) memory=$OPTARG ;;
  *) fail "$usage" 'known options: -w WORKERS, -m MEMORY' ;;
  esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || fail "$usage" "one folder, not '$*'"
folder=${1:-$folder}
[[ $workers =~ ^[1-9][0-9]*$ ]] || fail "$usage" "-w $workers: expected a number of workers"
case $command in
start | stop | status) "$command" ;;
*) fail "$usage" "start, stop or status, not '$command'" ;;
esac
