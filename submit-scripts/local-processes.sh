# shellcheck shell=bash
# What local-cluster.sh, local-storage.sh and local-radosgw.sh share: processes in the background whose ids and logs are kept in a folder.
# They source layout.sh and set: name (for messages), folder, and pattern, which the command line of each of their processes has.
: "${name:?}" "${home:?}" "${hyena:?}" "${runs:?}" "${folder:?}" "${pattern:?}"

# shellcheck disable=SC2034
usage=2 # an exit code
# shellcheck disable=SC2034
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

fail() { # EXIT-CODE MESSAGE
  printf '%s: %s\n' "$name" "$2" >&2
  exit "$1"
}

build_jars() { # if they are missing or old
  [ -d "$home/jars" ] || "$hyena" build >/dev/null || fail 1 'the jars could not be built'
}

alive() { # PID-FILE: whether that process runs and is one of ours, not another that has its number now
  local pid
  [ -s "$1" ] || return 1
  pid=$(cat "$1")
  if [ -r "/proc/$pid/cmdline" ]; then
    grep -qsE "$pattern" "/proc/$pid/cmdline"
  else
    ps -o args= -p "$pid" 2>/dev/null | grep -qE "$pattern"
  fi
}

prepare_folder() { # for a start: ends it with what is printed if all runs already; no start before has left anything
  local pid running=0 ended=0
  mkdir -p "$folder"
  folder=$(cd "$folder" && pwd)
  for pid in "$folder"/*.pid; do
    if alive "$pid"; then running=1; elif [ -e "$pid" ]; then ended=1; fi
  done
  if [ "$running$ended" = 10 ] && [ -e "$folder/printed" ]; then
    printf '%s: it runs already in %s\n' "$name" "$folder" >&2
    cat "$folder/printed"
    exit 0
  fi
  if [ "$running" = 1 ]; then fail 1 "a part of what was started in $folder runs: stop it first, or name another folder"; fi
  if [[ ! -e $folder/.hyena-local && $folder != "$runs"/* && -n $(ls -A "$folder") ]]; then # there older versions left no mark
    fail 2 "$folder has files of others, and a start deletes what an earlier one left: name a new or empty folder"
  fi
  : >"$folder/.hyena-local"
  rm -f "$folder"/*.pid "$folder"/*.log "$folder/printed"
  trap stop EXIT # a start that fails leaves nothing behind
}

launch() { # PROCESS COMMAND...
  local process=$1
  shift
  nohup "$@" >>"$folder/$process.log" 2>&1 </dev/null &
  echo $! >"$folder/$process.pid"
}

await() { # SECONDS PROCESS PATTERN [FILE]: until that file, or the log of the process that was launched here, has it
  local end=$((SECONDS + $1)) pid log=$folder/$2.log
  pid=$(cat "$folder/$2.pid")
  until grep -qsE "$3" "${4:-$log}"; do
    kill -0 "$pid" 2>/dev/null || fail 1 "the $2 has ended; its log is $log" # not alive: a fork has its command late
    [ "$SECONDS" -lt "$end" ] || fail 1 "the $2 said nothing of '$3' within $1 s; its log is $log"
    sleep 0.2
  done
}

started() { # TEXT: what a start prints, and each status after it
  trap - EXIT
  printf '%s\n' "$1" | tee "$folder/printed"
}

status() {
  local pid running=0
  for pid in "$folder"/*.pid; do
    if alive "$pid"; then
      running=$((running + 1))
      printf '%s %s\n' "$(basename "$pid" .pid)" "$(cat "$pid")" >&2
    fi
  done
  [ "$running" -gt 0 ] || fail 1 "nothing runs in $folder"
  cat "$folder/printed"
}

stop() {
  local pid files=()
  for pid in "$folder"/worker-*.pid "$folder"/[!w]*.pid; do # Spark's workers first: they would look for their master
    if alive "$pid"; then
      kill "-${end_signal:-TERM}" "$(cat "$pid")"
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

property() { # NAME VALUE
  printf '  <property><name>%s</name><value>%s</value></property>\n' "$1" "$2"
}

write_conf() { # ENDPOINT ACCESS-KEY SECRET-KEY
  mkdir -p "$folder/conf"
  {
    printf '<configuration>\n'
    property dfs.replication 1
    property fs.s3a.endpoint "$1"
    property fs.s3a.endpoint.region us-east-1
    property fs.s3a.path.style.access true
    property fs.s3a.connection.ssl.enabled false
    property fs.s3a.access.key "$2"
    property fs.s3a.secret.key "$3"
    property fs.s3a.aws.credentials.provider org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider
    # S3Mock refuses the If-Match without quotes that Hadoop 3.3 sends.
    property fs.s3a.change.detection.mode client
    printf '</configuration>\n'
  } >"$folder/conf/core-site.xml"
}
