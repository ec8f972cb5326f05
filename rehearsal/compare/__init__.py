"""What a change would do: two rehearsals compared, by resources, by rights and by what they cost a month.

`capture` reads a rehearsal; `resources`, `rights` and `cost` each compare one thing and know nothing of the others;
`page` puts them into words, `base` rehearses a git ref beside the working tree.
"""
