"""The routes of `/api/foreman`, one file a subject."""
