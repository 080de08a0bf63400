"""Brings a dataset up to date every night on a cluster, with Airflow 2.7 or newer.

The driver runs where the task does, so that its exit code comes back; the executors are YARN's. On another cluster CLUSTER says
"--master spark://HOST:7077 -- --total-executor-cores 80", for example.

Exit code 1 is tried again, and so is what was stopped or killed (129, 130, 137, 143); 75 (another run holds the dataset)
skips the night, any other fails at once: wrong settings (2), bad data (3) and a store that refuses (5) are for a person
to look at.
"""

from datetime import datetime, timedelta, timezone
import re

from airflow import DAG
from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.timetables.interval import CronDataIntervalTimetable

try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:  # Airflow 2
    from airflow.operators.bash import BashOperator

HYENA_HOME = "/opt/hyena-spark"
SETTINGS = "/etc/hyena/corpus.conf"
CLUSTER = "--master yarn -- --num-executors 20 --executor-cores 4 --executor-memory 8g"
SAFE_TO_RUN_AGAIN = (1, 129, 130, 137, 143)
ANOTHER_RUN = 75


class NightlyOperator(BashOperator):
    """A BashOperator that is tried again only if that can help."""

    def execute(self, context):
        try:
            return super().execute(context)
        except AirflowSkipException:
            raise
        except AirflowException as failure:
            code = re.search(r"exit code (\d+)", str(failure))
            if code and int(code.group(1)) not in SAFE_TO_RUN_AGAIN:
                raise AirflowFailException(str(failure)) from failure
            raise


with DAG(
    dag_id="hyena_nightly",
    schedule=CronDataIntervalTimetable("15 2 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
) as dag:
    NightlyOperator(
        task_id="prepare",
        bash_command=f"exec {HYENA_HOME}/submit-scripts/scheduling/nightly.sh {SETTINGS} data.min-age=15m {CLUSTER}",
        env={
            "HYENA_INTERVAL_START": "{{ data_interval_start | ts }}",
            "HYENA_INTERVAL_END": "{{ data_interval_end | ts }}",
            "HYENA_NIGHTLY_LOG": "/dev/stderr",
            "HADOOP_CONF_DIR": "/etc/hadoop/conf",
        },
        append_env=True,
        skip_on_exit_code=ANOTHER_RUN,
        retries=3,
        retry_delay=timedelta(minutes=10),
    )
