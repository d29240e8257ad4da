namespace Gateway.High.Import.S3;

/// <summary>What clients ask about a bucket or object besides its keys and bytes. Of what was never configured they are told so in S3's words; the rest is not answered.</summary>
internal static class S3Subresources
{
    /// <summary>Those that are answered by an element with nothing in it. A location without a name is us-east-1; every region is right.</summary>
    private static readonly Dictionary<string, string> Empty = new()
    {
        ["location"] = "LocationConstraint",
        ["versioning"] = "VersioningConfiguration",
        ["accelerate"] = "AccelerateConfiguration",
        ["logging"] = "BucketLoggingStatus",
        ["notification"] = "NotificationConfiguration",
    };

    /// <summary>Those that are answered by an error when a bucket has none.</summary>
    private static readonly Dictionary<string, string> Missing = new()
    {
        ["policy"] = "NoSuchBucketPolicy",
        ["cors"] = "NoSuchCORSConfiguration",
        ["lifecycle"] = "NoSuchLifecycleConfiguration",
        ["tagging"] = "NoSuchTagSet",
        ["encryption"] = "ServerSideEncryptionConfigurationNotFoundError",
        ["website"] = "NoSuchWebsiteConfiguration",
        ["replication"] = "ReplicationConfigurationNotFoundError",
        ["object-lock"] = "ObjectLockConfigurationNotFoundError",
        ["publicAccessBlock"] = "NoSuchPublicAccessBlockConfiguration",
        ["ownershipControls"] = "OwnershipControlsNotFoundError",
    };

    /// <summary>Those that would change what a request means, and are not answered.</summary>
    private static readonly HashSet<string> Others =
    [
        "acl", "analytics", "attributes", "intelligent-tiering", "inventory", "legal-hold", "metrics", "policyStatus", "requestPayment", "response-cache-control",
        "response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type", "response-expires", "restore", "retention",
        "select", "session", "torrent", "uploadId", "uploads", "versionId", "versions",
    ];

    /// <summary>Answers a question about a bucket; false where the query has none.</summary>
    public static bool TryAnswerBucket(HttpContext context, S3Query query, out Task answered, out S3Error? error)
    {
        (answered, error) = (Task.CompletedTask, null);
        foreach (var name in query.Names)
        {
            if (Empty.TryGetValue(name, out var element))
            {
                answered = S3Answers.EmptyAsync(context, element);
                return true;
            }

            error = Missing.TryGetValue(name, out var code) ? new S3Error(StatusCodes.Status404NotFound, code, "The bucket has none.")
                : Others.Contains(name) ? S3Error.Unsupported(name)
                : null;
            if (error is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Why a question about an object is not answered; null where the query has none.</summary>
    public static S3Error? ObjectError(S3Query query) =>
        query.Names.FirstOrDefault(name => name != "versionId" && (Empty.ContainsKey(name) || Missing.ContainsKey(name) || Others.Contains(name))) is { } other ? S3Error.Unsupported(other)
        // Objects without versions have one, of this name.
        : query.Find("versionId") is not (null or "null") ? new S3Error(StatusCodes.Status404NotFound, "NoSuchVersion", "Objects have no versions; the version of an artifact is in the key.")
        : null;
}
