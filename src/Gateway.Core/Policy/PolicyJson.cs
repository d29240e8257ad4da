using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Core.Policy;

/// <summary>The JSON files of a bundle, read strictly: no unknown members, no duplicates, bounded depth.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    MaxDepth = PolicyLimits.JsonDepth)]
[JsonSerializable(typeof(BundleDocument))]
[JsonSerializable(typeof(CaseDocument?[]))]
[JsonSerializable(typeof(string))]
internal sealed partial class PolicyJson : JsonSerializerContext;

/// <summary><c>bundle.json</c>.</summary>
internal sealed record BundleDocument
{
    public required string Name { get; init; }

    public required int Version { get; init; }
}

/// <summary>One element of the array in a file of <c>cases/</c>.</summary>
internal sealed record CaseDocument
{
    public required string Name { get; init; }

    public required RequestDocument Request { get; init; }

    /// <summary>So many approvals, before it is known whose; exactly one of this and <see cref="Approvers"/>.</summary>
    public int? Approvals { get; init; }

    /// <summary>The people who approved.</summary>
    public string[]? Approvers { get; init; }

    public required ExpectationDocument Expect { get; init; }
}

internal sealed record RequestDocument
{
    public required string Submitter { get; init; }

    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    public string? Class { get; init; }

    public required string Destination { get; init; }

    public required string Lane { get; init; }

    public required string[] Formats { get; init; }

    public required string[] Findings { get; init; }

    public required string[] Severities { get; init; }

    /// <summary>Left out in a case that is not about them.</summary>
    public string[]? Verifiers { get; init; }

    public string[]? NotChecked { get; init; }

    public long? Tensors { get; init; }

    public long? Parameters { get; init; }

    public long? Rows { get; init; }

    public OpinionDocument? SecondOpinion { get; init; }

    public required int Files { get; init; }

    public required long Bytes { get; init; }

    public string? Licence { get; init; }
}

internal sealed record OpinionDocument
{
    public required string Engine { get; init; }

    public int? SignatureAgeDays { get; init; }

    public required int ScannedFiles { get; init; }

    public required int UnscannedFiles { get; init; }
}

internal sealed record ExpectationDocument
{
    /// <summary><c>permit</c> or <c>deny</c>.</summary>
    public required string Decision { get; init; }

    /// <summary>Ids of the rules that determine it.</summary>
    public required string[] Rules { get; init; }
}
