"""What boards show between calls: notices, rights and duties of patients, pictures, each in its turn.

A site describes it (`queue/site_content.py`); when each comes is static/content.js's rule.
"""
