"""Runs the one task of a DAG file as Airflow would, with as much of Airflow as that takes, and prints how it ended."""

import os
import subprocess
import sys
import types


class AirflowException(Exception):
    pass


class AirflowSkipException(AirflowException):
    pass


class AirflowFailException(AirflowException):
    pass


class DAG:
    def __init__(self, **settings):
        assert settings["max_active_runs"] == 1

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        pass


class BashOperator:
    def __init__(self, *, bash_command, env, skip_on_exit_code, retries, **others):
        assert retries > 0 and others["append_env"]
        self.command, self.env, self.skip = bash_command, env, skip_on_exit_code
        tasks.append(self)

    def execute(self, context):
        known = {"{{ data_interval_start | ts }}": "START", "{{ data_interval_end | ts }}": "END"}
        env = {name: known.get(value, value) for name, value in self.env.items()}
        code = subprocess.run(["bash", "-c", self.command], env=os.environ | env).returncode
        if code == self.skip:
            raise AirflowSkipException(f"Bash command returned exit code {code}. Skipping.")
        if code:
            raise AirflowException(f"Bash command failed. The command returned a non-zero exit code {code}.")


def module(name, **members):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(members)


tasks = []
module("airflow", DAG=DAG)
module(
    "airflow.exceptions",
    AirflowException=AirflowException,
    AirflowFailException=AirflowFailException,
    AirflowSkipException=AirflowSkipException,
)
module("airflow.timetables")
module("airflow.timetables.interval", CronDataIntervalTimetable=lambda cron, timezone: cron)
for package in ("airflow.providers", "airflow.providers.standard", "airflow.providers.standard.operators"):
    module(package)
module("airflow.providers.standard.operators.bash", BashOperator=BashOperator)

source = open(sys.argv[1], encoding="utf-8").read()
for placed, here in (("/opt/hyena-spark", "HOME_FOLDER"), ("/etc/hyena/corpus.conf", "SETTINGS")):
    assert source.count(placed) == 1
    source = source.replace(placed, os.environ[here])
exec(compile(source, sys.argv[1], "exec"), {"__name__": "dag"})
assert len(tasks) == 1
try:
    tasks[0].execute({})
    print("done")
except AirflowException as failure:
    print(type(failure).__name__)
