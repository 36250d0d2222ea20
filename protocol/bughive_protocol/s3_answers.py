"""What an S3 store's refusals mean, and what to do. Never the store's own text: it may quote what was signed."""

import re

_CODE = re.compile(r"<Code>(\w+)</Code>")
_STATUS = re.compile(r"status code: (\d+ [A-Za-z ]+)")
NO_BUCKET = "NoSuchBucket"
BUCKET_IS_OURS = "BucketAlreadyOwnedByYou"
# Where there is no such access key, versitygw answers 404 as if the object were missing.
_WRONG_KEYS = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "XAdminUserNotFound", "InvalidToken"})
_EXPIRED = frozenset({"ExpiredToken", "TokenRefreshRequired"})
_KEYS = "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"


def code_of(text: str) -> str:
    """The S3 error code in a store's answer; empty where it gave none."""
    found = _CODE.search(text)
    return found[1] if found else ""


def means_missing(text: str) -> bool:
    """Does this 404 say that the file is not there, and no more?"""
    return code_of(text) in ("", "NoSuchKey", NO_BUCKET)


def explain(text: str, endpoint: str, bucket: str) -> str:
    """Why a call failed, by the setting that it hangs on, and what to do."""
    code, status = code_of(text), _STATUS.search(text)
    store = endpoint or "Amazon S3"
    if code in _WRONG_KEYS:
        return f"{_KEYS}: {store} does not know this key and secret ({code}). Set those that the store was given."
    if code in _EXPIRED:
        return f"{_KEYS}: {store} says that they have expired ({code}). Set new ones, and restart what uses them."
    if code == "AccessDenied" or (status and status[1].startswith("403")):
        return (
            f"{_KEYS}: {store} does not let this key into the bucket {bucket} ({code or 'AccessDenied'}). "
            "Allow it s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket there."
        )
    if code == NO_BUCKET:
        return (
            f"BUGHIVE_ARTIFACT_URL: {store} has no bucket {bucket}. Create it, or let the key do so (s3:CreateBucket)."
        )
    if code or status:
        answer = code or (status[1].strip() if status else "")
        return f"AWS_ENDPOINT_URL: {store} could not serve the bucket {bucket} ({answer}). Look into the store's log."
    return f"AWS_ENDPOINT_URL: {store} cannot be reached. Check the address, and that the store runs."
