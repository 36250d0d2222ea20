"""What Linear is asked, in its GraphQL."""

_TICKET = "id identifier url archivedAt trashed completedAt canceledAt state { type }"

PLACE = """
query Place($teams: TeamFilter!) {
  organization { id }
  teams(first: 1, filter: $teams) { nodes { id } }
}
"""
LABELS = """
query Labels($labels: IssueLabelFilter!) {
  issueLabels(first: 100, filter: $labels) { nodes { id name isGroup team { id } } }
}
"""
STATES = """
query States($id: String!) {
  issue(id: $id) { archivedAt team { defaultIssueState { id } states(first: 100) { nodes { id type position } } } }
}
"""
CREATE_LABEL = """
mutation CreateLabel($input: IssueLabelCreateInput!) {
  issueLabelCreate(input: $input) { success issueLabel { id } }
}
"""
CREATE_ISSUE = f"""
mutation CreateIssue($input: IssueCreateInput!) {{
  issueCreate(input: $input) {{ success issue {{ {_TICKET} }} }}
}}
"""
LINK = """
mutation Link($input: AttachmentCreateInput!) {
  attachmentCreate(input: $input) { success }
}
"""
UNARCHIVE = """
mutation Unarchive($id: String!) {
  issueUnarchive(id: $id) { success }
}
"""
MOVE = """
mutation Move($id: String!, $input: IssueUpdateInput!) {
  issueUpdate(id: $id, input: $input) { success }
}
"""
COMMENT = """
mutation Comment($input: CommentCreateInput!) {
  commentCreate(input: $input) { success }
}
"""
UPLOAD = """
mutation Upload($contentType: String!, $filename: String!, $size: Int!) {
  fileUpload(contentType: $contentType, filename: $filename, size: $size) {
    success
    uploadFile { assetUrl uploadUrl headers { key value } }
  }
}
"""


def find(count: int) -> str:
    """The tickets of ``count`` bugs: by the links ``$url0``, ``$url1`` ... and by ``$ids``, a filter of ids."""
    variables = " ".join(f"$url{number}: String!" for number in range(count))
    by_link = "\n".join(
        f"  url{number}: attachmentsForURL(url: $url{number}, first: 10, includeArchived: true) "
        f"{{ nodes {{ issue {{ {_TICKET} }} }} }}"
        for number in range(count)
    )
    return f"""
query Find($ids: IssueFilter! {variables}) {{
{by_link}
  issues(filter: $ids, first: {count}, includeArchived: true) {{ nodes {{ {_TICKET} }} }}
}}
"""
