"""The Airflow edge: hooks, operators, sensors and triggers; five-line `execute`s around the services."""
