namespace Gateway.Cli.Imports.Rules;

/// <summary>A rules file as written. Members may be missing here, so that all errors can be told at once.</summary>
internal sealed record RulesDocument
{
    /// <summary>Source of the events that webhooks are sent: what this enclave calls its gateway, a URI reference.</summary>
    public string? Source { get; init; }

    /// <summary>The directory that holds <c>published/</c>, as this machine sees it; for links.</summary>
    public string? Storage { get; init; }

    public IReadOnlyList<RuleEntry>? Rules { get; init; }
}

/// <summary>One rule as written: which artifacts, and exactly one action.</summary>
internal sealed record RuleEntry
{
    /// <summary>Name of the rule and of its consumer.</summary>
    public string? Name { get; init; }

    /// <summary>Artifacts, as <c>org/name</c> with <c>*</c> and <c>?</c>; all without it.</summary>
    public IReadOnlyList<string>? Match { get; init; }

    /// <summary><c>checkpoint</c> or <c>dataset</c>; both without it.</summary>
    public string? Kind { get; init; }

    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>A new rule takes what is already published too.</summary>
    public bool FromBeginning { get; init; }

    public int? Attempts { get; init; }

    public int? DeadlineSeconds { get; init; }

    /// <summary>A command and its arguments, with the placeholders of <c>gateway imports watch --exec</c>.</summary>
    public IReadOnlyList<string>? Exec { get; init; }

    public WebhookEntry? Webhook { get; init; }

    /// <summary>Directory in which <c>org/name/version</c> becomes a symbolic link to the published directory.</summary>
    public string? Link { get; init; }

    /// <summary>Directory in which <c>org/name/version</c> becomes a verified copy.</summary>
    public string? Copy { get; init; }
}

/// <summary>Whom to tell, as written.</summary>
internal sealed record WebhookEntry
{
    public string? Url { get; init; }

    /// <summary>File of secrets, one a line, each <c>whsec_</c> and base64.</summary>
    public string? SecretFile { get; init; }

    public int? TimeoutSeconds { get; init; }
}
