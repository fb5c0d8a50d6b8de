"""The texts of our messages (消息文案), a template for each kind and language.

The first line of a template is the subject, the third and what follows the text.
"""
