#!/usr/bin/env bash
# A real Slurm of one node for the tests: munged, slurmctld and slurmd, on the loopback interface, without systemd.
#
#   cluster.sh install        install the Debian packages that are missing
#   cluster.sh start          start what is not running yet, and check with a GPU job that it works
#   cluster.sh stop           cancel all jobs and stop every process of the cluster
#   cluster.sh status         the node, the jobs, the processes
#   cluster.sh shell CMD...   run CMD with access to the cluster (nothing outside of "shell" can submit to it)
#   cluster.sh run CMD...     start, shell CMD, stop
#
# Everything is in one folder, and nothing under /etc changes: the daemons, and the commands of "shell", share a private mount
# namespace in which the folder's etc/ is mounted over /etc/slurm. Setting SLURM_CONF is not enough, because Snakemake's job
# step drops every SLURM_ variable before it calls srun, which then looks for /etc/slurm/slurm.conf.
#
# Environment (default):
#   SLURM_TEST_CLUSTER   the folder ($TMPDIR/instructmining-slurm)
#   CPUS, MEM, GPUS      what the node claims to have (8 CPUs, 16000 MB, 2 GPUs), whatever the real hardware
#   MEMORY_LIMIT         what ends a job that exceeds its memory: overkill (slurmd polls it), cgroup or none (overkill)
#   DBD                  1: accounting with slurmdbd and MariaDB, so that sacct works (0)
#   PORT                 first of four ports in a row: slurmctld, slurmd, slurmdbd, MariaDB (16817)
#   MIN_JOB_AGE          seconds for which squeue remembers an ended job (7200)
set -Eeuo pipefail

FOLDER=${SLURM_TEST_CLUSTER:-${TMPDIR:-/tmp}/instructmining-slurm}
CPUS=${CPUS:-8} MEM=${MEM:-16000} GPUS=${GPUS:-2}
MEMORY_LIMIT=${MEMORY_LIMIT:-overkill}
DBD=${DBD:-0}
readonly GPU_TYPE=fake-80gb # with a hyphen, as at many sites
PORT=${PORT:-16817}
MIN_JOB_AGE=${MIN_JOB_AGE:-7200}

ETC=$FOLDER/etc PIDS=$FOLDER/pids LOGS=$FOLDER/logs DATABASE=$FOLDER/mysql
MUNGE_SOCKET=$FOLDER/munge/socket
NODE=$(hostname -s)
readonly SLURMDBD_PORT=$((PORT + 2)) MARIADB_PORT=$((PORT + 3))

# ---------------------------------------------------------------------------------------------------------- helpers

die() {
    echo "cluster.sh: $*" >&2
    exit 1
}

# Ends the script with the last log lines of every daemon, as a failed start is hard to understand otherwise.
explain_failure() {
    trap - ERR
    tail -n 5 "$LOGS"/*.log >&2 2>/dev/null || true
    die "the command at line $1 failed; the whole logs are in $LOGS"
}

wait_until() { # SECONDS CMD...: try CMD until it succeeds
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# The process ID may have been reused by another program, so the name is compared; a zombie has a name but no exe.
is_running() { # NAME
    local pid
    pid=$(cat "$PIDS/$1" 2>/dev/null) || return 1
    [[ -n $pid && -e /proc/$pid/exe && $(<"/proc/$pid/comm") == "$1" ]]
}

inside() { # CMD...: run CMD in the cluster's mount namespace
    nsenter --mount="/proc/$(cat "$PIDS/sleep")/ns/mnt" --wdns="$PWD" -- "$@"
}

processes_inside() { # the IDs of all processes in the cluster's mount namespace, except its keeper
    is_running sleep || return 0
    local keeper namespace
    keeper=$(cat "$PIDS/sleep")
    namespace=$(readlink "/proc/$keeper/ns/mnt")
    # A process may end while find looks at it; and in a pattern, "[" has to be escaped.
    { find /proc/[0-9]*/ns/mnt -maxdepth 0 -lname "${namespace/\[/\\[}" 2>/dev/null || true; } |
        cut -d/ -f3 | { grep -vx "$keeper" || true; }
}

nothing_inside() { [[ -z $(processes_inside) ]]; }

# --------------------------------------------------------------------------------------------------------- install

packages() {
    echo munge slurm-client slurmctld slurmd
    [[ $DBD != 1 ]] || echo mariadb-server slurmdbd
}

install_packages() {
    # shellcheck disable=SC2046 # a word for each package
    "$(dirname "${BASH_SOURCE[0]}")/../apt_install.sh" $(packages)
}

# ------------------------------------------------------------------------------------------------------- configure

write_slurm_conf() {
    local accounting=none process_tracking=linuxproc task=none gather=linux gather_parameters=''
    [[ $DBD != 1 ]] || accounting=slurmdbd
    case $MEMORY_LIMIT in
        overkill) gather_parameters='JobAcctGatherParams=OverMemoryKill' ;;
        cgroup) process_tracking=cgroup task=cgroup gather=cgroup ;;
        none) ;;
        *) die "MEMORY_LIMIT=$MEMORY_LIMIT: expected overkill, cgroup or none" ;;
    esac
    cat >"$ETC/slurm.conf" <<CONF
ClusterName=testing
SlurmUser=root
# Loopback only: without NoInAddrAny the daemons listen on every interface.
SlurmctldHost=$NODE(127.0.0.1)
SlurmctldPort=$PORT
SlurmdPort=$((PORT + 1))
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket=$MUNGE_SOCKET

StateSaveLocation=$FOLDER/state
SlurmdSpoolDir=$FOLDER/spool
SlurmctldPidFile=$PIDS/slurmctld
SlurmdPidFile=$PIDS/slurmd
SlurmctldLogFile=$LOGS/slurmctld.log
SlurmdLogFile=$LOGS/slurmd.log

ProctrackType=proctrack/$process_tracking
TaskPlugin=task/$task
JobAcctGatherType=jobacct_gather/$gather
JobAcctGatherFrequency=task=1
$gather_parameters
AccountingStorageType=accounting_storage/$accounting
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$SLURMDBD_PORT
AccountingStoragePass=$MUNGE_SOCKET
MpiDefault=none
MailProg=/bin/true

# Tests wait for the scheduler, so it runs often; and a job that is cancelled gets less than the default of 30 s.
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0,sched_min_interval=0
KillWait=10
MinJobAge=$MIN_JOB_AGE
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2

# config_overrides: use the line below, not the real machine, which may have fewer CPUs than a test needs.
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName=$NODE NodeAddr=127.0.0.1 CPUs=$CPUS RealMemory=$MEM Gres=gpu:$GPU_TYPE:$GPUS Feature=fast State=UNKNOWN
PartitionName=DEFAULT Nodes=$NODE MaxTime=2-00:00:00 State=UP
PartitionName=cpu Default=YES PreemptMode=OFF
PartitionName=gpu
# Its jobs pre-empt those in the partition gpu, which get SIGTERM, and SIGKILL after KillWait.
PartitionName=urgent PriorityTier=2 PreemptMode=OFF
PreemptType=preempt/partition_prio
PreemptMode=CANCEL
CONF
}

write_cgroup_conf() {
    cat >"$ETC/cgroup.conf" <<CONF
CgroupPlugin=autodetect
ConstrainRAMSpace=yes
ConstrainCores=no
ConstrainDevices=no
CONF
}

# A fake GPU has to be a character device, because Slurm 22.05 drains a node whose GPUs are only counted. Here it is
# /dev/null (1, 3).
write_gres_conf() {
    local gpu
    mkdir -p "$FOLDER/devices"
    for ((gpu = 0; gpu < GPUS; gpu++)); do
        [[ -c $FOLDER/devices/gpu$gpu ]] || mknod "$FOLDER/devices/gpu$gpu" c 1 3
    done
    echo "NodeName=$NODE Name=gpu Type=$GPU_TYPE File=$FOLDER/devices/gpu[0-$((GPUS - 1))]" >"$ETC/gres.conf"
}

write_slurmdbd_conf() {
    [[ $DBD == 1 ]] || return 0
    (
        umask 077 # slurmdbd refuses a file that others can read
        cat >"$ETC/slurmdbd.conf" <<CONF
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=$SLURMDBD_PORT
CommunicationParameters=NoInAddrAny
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$MUNGE_SOCKET
LogFile=$LOGS/slurmdbd.log
PidFile=$PIDS/slurmdbd
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$MARIADB_PORT
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm
CONF
    )
}

configure() {
    ((GPUS > 0)) || die "GPUS=$GPUS: the gpu partition needs at least one"
    mkdir -p "$ETC" "$PIDS" "$LOGS" "$FOLDER"/{state,spool,munge}
    chmod 755 "$FOLDER" "$FOLDER/munge"
    [[ -s $FOLDER/munge/key ]] || (umask 077 && head -c 1024 /dev/urandom >"$FOLDER/munge/key")
    write_slurm_conf
    write_cgroup_conf
    write_gres_conf
    write_slurmdbd_conf
}

# ----------------------------------------------------------------------------------------------------------- start

# The namespace exists as long as a process in it: a "sleep", whose ID is written once the mount is in place.
start_namespace() {
    is_running sleep && return
    mkdir -p /etc/slurm
    # shellcheck disable=SC2016  # the variables are those of the inner shell
    setsid unshare --mount --propagation private bash -c \
        'mount --bind "$1" /etc/slurm && echo $$ >"$2" && exec sleep infinity' keeper "$ETC" "$PIDS/sleep" \
        </dev/null &>"$LOGS/namespace.log" &
    wait_until 30 is_running sleep
}

start_munged() {
    is_running munged && return
    # --force: otherwise munged refuses a key in a folder that others can write to, such as /tmp.
    inside munged --force --key-file="$FOLDER/munge/key" --socket="$MUNGE_SOCKET" --pid-file="$PIDS/munged" \
        --log-file="$LOGS/munged.log" --seed-file="$FOLDER/munge/seed" &>"$LOGS/munged-start.log"
    wait_until 30 munge --socket="$MUNGE_SOCKET" --no-input
}

start_mariadb() {
    is_running mariadbd && return
    # As root: the user mysql could not reach its data in a private folder, such as one of pytest's.
    [[ -d $DATABASE/mysql ]] ||
        mysql_install_db --user=root --datadir="$DATABASE" --auth-root-authentication-method=socket &>"$LOGS/mariadb.log"
    inside setsid mariadbd --no-defaults --user=root --datadir="$DATABASE" --socket="$DATABASE/socket" \
        --pid-file="$PIDS/mariadbd" --bind-address=127.0.0.1 --port="$MARIADB_PORT" </dev/null &>>"$LOGS/mariadb.log" &
    wait_until 120 mysqladmin --socket="$DATABASE/socket" ping
    mysql --socket="$DATABASE/socket" --execute="
        CREATE DATABASE IF NOT EXISTS slurm;
        CREATE USER IF NOT EXISTS slurm@'127.0.0.1' IDENTIFIED BY 'slurm', slurm@localhost IDENTIFIED BY 'slurm';
        GRANT ALL ON slurm.* TO slurm@'127.0.0.1', slurm@localhost;"
}

start_slurmdbd() {
    is_running slurmdbd && return
    inside slurmdbd
    wait_until 120 inside sacctmgr --noheader show cluster
}

start_slurmctld() {
    is_running slurmctld && return
    inside slurmctld
    wait_until 60 controller_answers
}

start_slurmd() {
    is_running slurmd && return
    inside slurmd
    wait_until 60 node_is_up
}

controller_answers() { inside scontrol ping | grep -q 'is UP'; }

node_is_up() { inside sinfo --noheader --format=%t | grep -qE '^(idle|mix|alloc)$'; }

check_gpu_job() {
    local device
    device=$(inside srun --partition=gpu --gpus=1 --mem=50 --time=1 --immediate=120 printenv CUDA_VISIBLE_DEVICES)
    [[ $device =~ ^[0-9]+$ ]] || die "a job that asked for one GPU got CUDA_VISIBLE_DEVICES=\"$device\""
}

start() {
    [[ $(id -u) == 0 ]] || die "the cluster needs root, to make devices and a mount namespace"
    install_packages
    trap 'explain_failure $LINENO' ERR
    # The daemons of a running cluster have already read their configuration, so it stays.
    is_running slurmctld || configure
    start_namespace
    start_munged
    if [[ $DBD == 1 ]]; then
        start_mariadb
        start_slurmdbd
    fi
    start_slurmctld
    start_slurmd
    check_gpu_job
    trap - ERR
}

# ------------------------------------------------------------------------------------------------------------ stop

stop_daemon() { # NAME
    is_running "$1" || return 0
    kill -TERM "$(cat "$PIDS/$1")"
    wait_until 10 has_stopped "$1" || kill -KILL "$(cat "$PIDS/$1")" 2>/dev/null || true
}

has_stopped() { ! is_running "$1"; }

cancel_all_jobs() {
    is_running slurmctld || return 0
    inside timeout 10 scancel --user=root || true
    wait_until 10 no_jobs || true
}

no_jobs() { [[ -z $(inside timeout 5 squeue --noheader) ]]; }

# The last to go are the processes that a test has left in the namespace, and then the namespace itself.
stop() {
    is_running sleep || return 0
    cancel_all_jobs
    local daemon
    for daemon in slurmd slurmctld slurmdbd mariadbd munged; do
        stop_daemon "$daemon"
    done
    processes_inside | xargs --no-run-if-empty kill -KILL 2>/dev/null || true
    wait_until 30 nothing_inside || die "these processes do not exit: $(processes_inside | xargs)"
    stop_daemon sleep
}

# ------------------------------------------------------------------------------------------------------------ main

status() {
    is_running slurmctld || die "not running (folder $FOLDER)"
    inside sinfo --Node --Format=Partition,StateLong,CPUsState,Memory,Gres:20,GresUsed:30
    inside squeue
    processes_inside | xargs --no-run-if-empty -I{} ps --no-headers --format=pid,etime,args --pid={}
}

shell() {
    is_running slurmctld || die "not running; start it first (folder $FOLDER)"
    # exec: a signal sent to this process then reaches CMD.
    exec nsenter --mount="/proc/$(cat "$PIDS/sleep")/ns/mnt" --wdns="$PWD" -- "$@"
}

run() {
    start
    local code=0
    inside "$@" || code=$?
    stop
    return "$code"
}

usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; }

case ${1:-} in
    install) install_packages ;;
    start | stop | status) "$1" ;;
    shell | run) (($# > 1)) || die "$1 needs a command"; "$@" ;;
    *) usage >&2; exit 2 ;;
esac
