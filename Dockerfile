# Overnight on the official image. Astro projects: put your runtime image in FROM; packages.txt and
# requirements.txt are already where its build looks for them, and only the ENV and COPY lines below it remain.
FROM apache/airflow:3.3.2-python3.12

USER root
COPY packages.txt /tmp/packages.txt
RUN apt-get update \
    && xargs --arg-file=/tmp/packages.txt apt-get install --yes --no-install-recommends \
    && rm -rf /var/lib/apt/lists/* /tmp/packages.txt

USER airflow
COPY --chown=airflow:root requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --requirement /tmp/requirements.txt && rm /tmp/requirements.txt

# `import include.overnight` is the one import name: the project's root is on the path, include/ itself never is.
ENV PYTHONPATH=/opt/airflow PATH=/opt/airflow/bin:$PATH
COPY --chown=airflow:root bin /opt/airflow/bin
COPY --chown=airflow:root dags /opt/airflow/dags
COPY --chown=airflow:root plugins /opt/airflow/plugins
COPY --chown=airflow:root include /opt/airflow/include
# Your overnight.toml where there is one (hence the wildcard): /opt/airflow is where every process works, and looks.
COPY --chown=airflow:root airflow_settings.yaml overnight.tom[l] /opt/airflow/
