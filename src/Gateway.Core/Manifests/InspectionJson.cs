using System.Text.Json;
using Gateway.Core.Inspection;

namespace Gateway.Core.Manifests;

/// <summary>The JSON of an inspection.</summary>
internal static class InspectionJson
{
    private const string Subject = "manifest";
    private const int MaximumNameLength = 64;

    public static void Write(Utf8JsonWriter writer, InspectionReport report)
    {
        StatementWriter.Start(writer);
        StatementWriter.Subject(writer, Subject, report.ManifestDigest);
        StatementWriter.StartPredicate(writer, InspectionReport.PredicateType);
        writer.WriteString("verifierVersion", report.VerifierVersion);
        writer.WriteStartArray("files");
        foreach (var file in report.Files)
        {
            writer.WriteStartObject();
            writer.WriteString("format", file.Format);
            writer.WriteString("verifier", file.Verifier);
            Write(writer, "findings", file.Findings);
            Write(writer, "summary", file.Summary);
            TensorJson.Write(writer, file.Tensors);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        Write(writer, "findings", report.ArtifactFindings);
        Write(writer, "totals", report.Totals);
        writer.WriteStartArray("notChecked");
        foreach (var phrase in report.NotChecked)
        {
            writer.WriteStringValue(phrase);
        }

        writer.WriteEndArray();
        Write(writer, report.Previous);
        Write(writer, report.SecondOpinion);
        StatementWriter.End(writer);
    }

    public static Outcome<InspectionReport> Read(ReadOnlySpan<byte> payload)
    {
        var reader = new StatementReader(payload);
        reader.StartObject();
        reader.Constant("_type", StatementReader.StatementType);
        var manifest = reader.SingleSubject(Subject);
        reader.Constant("predicateType", InspectionReport.PredicateType);
        reader.Member("predicate");
        reader.StartObject();
        var report = new InspectionReport
        {
            ManifestDigest = manifest,
            VerifierVersion = reader.String("verifierVersion", MaximumNameLength),
            Files = ReadFiles(ref reader),
            ArtifactFindings = ReadFindings(ref reader),
            Totals = ReadSummary(ref reader, "totals"),
            NotChecked = ReadNotChecked(ref reader),
            Previous = ReadPrevious(ref reader),
            SecondOpinion = ReadSecondOpinion(ref reader),
        };
        reader.EndObject();
        reader.EndObject();
        return reader.End() is { } fault ? fault : report;
    }

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<Finding> findings)
    {
        writer.WriteStartArray(name);
        foreach (var finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("code", finding.Code);
            writer.WriteString("severity", finding.Severity.Name());
            if (finding.Offset is { } offset)
            {
                writer.WriteNumber("offset", offset);
            }
            else
            {
                writer.WriteNull("offset");
            }

            writer.WriteString("message", finding.Message);
            writer.WriteString("evidence", finding.Evidence);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<SummaryEntry> entries)
    {
        writer.WriteStartArray(name);
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            writer.WriteString("name", entry.Name);
            writer.WriteString("value", entry.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, PreviousVersion? previous)
    {
        if (previous is null)
        {
            writer.WriteNull("previous");
            return;
        }

        writer.WriteStartObject("previous");
        writer.WriteString("version", previous.Version);
        writer.WriteString("manifestSha256", previous.ManifestDigest.Hex);
        writer.WriteNumber("added", previous.Added);
        writer.WriteNumber("removed", previous.Removed);
        writer.WriteNumber("changed", previous.Changed);
        TensorJson.Write(writer, previous.Tensors);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, SecondOpinion? opinion)
    {
        if (opinion is null)
        {
            writer.WriteNull("secondOpinion");
            return;
        }

        writer.WriteStartObject("secondOpinion");
        writer.WriteString("engine", opinion.Engine);
        if (opinion.SignatureAgeDays is { } days)
        {
            writer.WriteNumber("signatureAgeDays", days);
        }
        else
        {
            writer.WriteNull("signatureAgeDays");
        }

        writer.WriteNumber("scannedFiles", opinion.ScannedFiles);
        writer.WriteNumber("unscannedFiles", opinion.UnscannedFiles);
        writer.WriteEndObject();
    }

    private static List<InspectedFile> ReadFiles(ref StatementReader reader)
    {
        var files = new List<InspectedFile>();
        reader.Member("files");
        reader.StartArray();
        while (reader.NextObject())
        {
            if (files.Count == Manifest.MaximumFiles)
            {
                reader.Fail($"more than {Manifest.MaximumFiles} files");
                break;
            }

            var format = reader.String("format", StatementText.MaximumFormatLength);
            var verifier = reader.String("verifier", MaximumNameLength);
            var findings = ReadFindings(ref reader);
            var summary = ReadSummary(ref reader, "summary");
            files.Add(new InspectedFile(format, verifier, findings, summary, TensorJson.ReadRows(ref reader)));
            reader.EndObject();
        }

        return files;
    }

    private static List<Finding> ReadFindings(ref StatementReader reader)
    {
        var findings = new List<Finding>();
        reader.Member("findings");
        reader.StartArray();
        while (reader.NextObject())
        {
            var code = reader.String("code", MaximumNameLength);
            var severity = ReadSeverity(ref reader);
            var offset = reader.NumberOrNull("offset", 0, long.MaxValue);
            var message = reader.String("message", InspectionReport.MaximumTextLength);
            findings.Add(new Finding(code, severity, offset, message, reader.String("evidence", InspectionReport.MaximumTextLength)));
            reader.EndObject();
            reader.Limit(findings.Count, InspectionReport.MaximumEntries, "findings");
        }

        return findings;
    }

    private static Severity ReadSeverity(ref StatementReader reader)
    {
        var text = reader.String("severity", MaximumNameLength);
        foreach (var severity in Enum.GetValues<Severity>())
        {
            if (severity.Name() == text)
            {
                return severity;
            }
        }

        reader.Fail("severity is none that is known");
        return default;
    }

    private static List<SummaryEntry> ReadSummary(ref StatementReader reader, string name)
    {
        var entries = new List<SummaryEntry>();
        reader.Member(name);
        reader.StartArray();
        while (reader.NextObject())
        {
            var entryName = reader.String("name", MaximumNameLength);
            entries.Add(new SummaryEntry(entryName, reader.String("value", InspectionReport.MaximumTextLength)));
            reader.EndObject();
            reader.Limit(entries.Count, InspectionReport.MaximumEntries, name);
        }

        return entries;
    }

    private static List<string> ReadNotChecked(ref StatementReader reader)
    {
        var phrases = new List<string>();
        reader.Member("notChecked");
        reader.StartArray();
        while (reader.NextString(InspectionReport.MaximumTextLength, out var phrase))
        {
            phrases.Add(phrase);
            reader.Limit(phrases.Count, InspectionReport.MaximumEntries, "notChecked");
        }

        return phrases;
    }

    private static PreviousVersion? ReadPrevious(ref StatementReader reader)
    {
        if (!reader.ObjectOrNull("previous"))
        {
            return null;
        }

        var previous = new PreviousVersion(
            reader.String("version", ArtifactName.MaximumPartLength),
            reader.Sha256("manifestSha256"),
            (int)reader.Number("added", 0, Manifest.MaximumFiles),
            (int)reader.Number("removed", 0, Manifest.MaximumFiles),
            (int)reader.Number("changed", 0, Manifest.MaximumFiles),
            TensorJson.ReadDifference(ref reader));
        reader.EndObject();
        return previous;
    }

    private static SecondOpinion? ReadSecondOpinion(ref StatementReader reader)
    {
        if (!reader.ObjectOrNull("secondOpinion"))
        {
            return null;
        }

        var opinion = new SecondOpinion(
            reader.String("engine", MaximumNameLength),
            (int?)reader.NumberOrNull("signatureAgeDays", 0, int.MaxValue),
            (int)reader.Number("scannedFiles", 0, Manifest.MaximumFiles),
            (int)reader.Number("unscannedFiles", 0, Manifest.MaximumFiles));
        reader.EndObject();
        return opinion;
    }
}
