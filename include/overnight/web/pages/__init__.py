"""The pages of `/overnight`, one file a subject: HTML made here, a little script for what is live."""
