"""What a language model is asked about a page, and what of its answer is believed.

The model proposes, code verifies. Here are the question, the answer, the budget and the way to the model's provider;
nothing here opens a browser or writes a finding. All text of a page is data of a stranger: it goes out as JSON, and
nothing that comes back because of it can do more than propose a bug of that very page.
"""
