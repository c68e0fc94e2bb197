# SPDX-License-Identifier: Apache-2.0
"""What is made of written standards for people: books, questions, forms, catalogues, all from one statement of a day."""
