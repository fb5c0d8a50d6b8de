"""The texts of our messages (消息文案), a template for each kind and language.

The first line of `<kind>.txt` is the subject, the third and what follows the text; `letter.txt` is
what a mail puts around it. `<kind>.sms.txt` holds what the template of a text message is filled
with, a `name: value` on each line, in the template's order. `names.txt` holds words for all.
"""
