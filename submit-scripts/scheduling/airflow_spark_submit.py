"""Brings a dataset up to date every night on a cluster, with Airflow's SparkSubmitOperator and a connection to Spark.

The operator does not tell exit codes apart, and YARN and Kubernetes in cluster mode do not either, so every failure is
tried again: wrong settings and bad data fail four times before somebody is told. airflow_dag.py tells them apart.
"""

from datetime import datetime, timedelta, timezone

from airflow import DAG
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.timetables.interval import CronDataIntervalTimetable

with DAG(
    dag_id="hyena_nightly_spark_submit",
    schedule=CronDataIntervalTimetable("15 2 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
) as dag:
    SparkSubmitOperator(
        task_id="prepare",
        conn_id="spark_default",  # yarn, k8s://... or spark://..., with the deploy mode
        application="/opt/hyena-spark/hyena-spark.jar",
        java_class="io.github.hyenaspark.jobs.Main",
        properties_file="/opt/hyena-spark/conf/spark-defaults.conf",
        application_args=[
            "prepare",
            "data.input=hdfs:///logs",
            "data.dataset=hdfs:///datasets/logs",
            "data.min-age=15m",
            "data.interval-start={{ data_interval_start | ts }}",
            "data.interval-end={{ data_interval_end | ts }}",
        ],
        retries=3,
        retry_delay=timedelta(minutes=10),
    )
