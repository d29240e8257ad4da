using System.Globalization;
using System.Xml;

namespace Gateway.High.Import.S3;

/// <summary>What is answered in XML (S3 API Reference, "Actions"), with elements in the order that is given there.</summary>
internal static class S3Answers
{
    /// <summary>Names the one who has everything here.</summary>
    private const string Owner = "gateway";

    public static Task BucketsAsync(HttpContext context) => S3Xml.SendAsync(context, StatusCodes.Status200OK, xml =>
    {
        xml.WriteStartElement("ListAllMyBucketsResult", S3Xml.Namespace);
        xml.WriteStartElement("Owner");
        xml.WriteElementString("ID", Owner);
        xml.WriteElementString("DisplayName", Owner);
        xml.WriteEndElement();
        xml.WriteStartElement("Buckets");
        foreach (var bucket in S3Request.Buckets)
        {
            xml.WriteStartElement("Bucket");
            xml.WriteElementString("Name", bucket);
            // Buckets are always there, and clients want a time.
            xml.WriteElementString("CreationDate", Time(DateTimeOffset.UnixEpoch));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    });

    /// <summary>An answer that has nothing in it: of buckets that were never configured.</summary>
    public static Task EmptyAsync(HttpContext context, string element) => S3Xml.SendAsync(context, StatusCodes.Status200OK, xml =>
    {
        xml.WriteStartElement(element, S3Xml.Namespace);
        xml.WriteEndElement();
    });

    /// <summary>A page of keys.</summary>
    /// <param name="context">The request.</param>
    /// <param name="bucket">Whose keys they are.</param>
    /// <param name="question">What was asked for.</param>
    /// <param name="entries">In order.</param>
    /// <param name="isTruncated">True where there are more.</param>
    public static Task ListAsync(HttpContext context, string bucket, S3ListQuestion question, IReadOnlyList<S3Entry> entries, bool isTruncated) =>
        S3Xml.SendAsync(context, StatusCodes.Status200OK, xml =>
        {
            xml.WriteStartElement("ListBucketResult", S3Xml.Namespace);
            xml.WriteElementString("Name", bucket);
            xml.WriteElementString("Prefix", Text(question.Prefix));
            Head(xml, question, entries, isTruncated);
            foreach (var entry in entries.Where(entry => entry.File is not null))
            {
                Contents(xml, Text(entry.Key), entry);
            }

            foreach (var entry in entries.Where(entry => entry.File is null))
            {
                xml.WriteStartElement("CommonPrefixes");
                xml.WriteElementString("Prefix", Text(entry.Key));
                xml.WriteEndElement();
            }

            xml.WriteEndElement();

            string Text(string text) => question.IsEscaped ? SignatureV4.EscapePath(text) : text;
        });

    private static void Head(XmlWriter xml, S3ListQuestion question, IReadOnlyList<S3Entry> entries, bool isTruncated)
    {
        if (question.IsSecond)
        {
            Optional("ContinuationToken", question.ContinuationToken);
            if (isTruncated)
            {
                xml.WriteElementString("NextContinuationToken", S3ListQuestion.TokenAfter(entries[^1].Key));
            }

            xml.WriteElementString("KeyCount", entries.Count.ToString(CultureInfo.InvariantCulture));
            Optional("StartAfter", Text(question.StartAfter));
        }
        else
        {
            xml.WriteElementString("Marker", Text(question.Marker));
            if (isTruncated)
            {
                xml.WriteElementString("NextMarker", Text(entries[^1].Key));
            }
        }

        xml.WriteElementString("MaxKeys", question.MaxKeys.ToString(CultureInfo.InvariantCulture));
        Optional("Delimiter", Text(question.Delimiter));
        Optional("EncodingType", question.IsEscaped ? "url" : "");
        xml.WriteElementString("IsTruncated", isTruncated ? "true" : "false");

        string Text(string text) => question.IsEscaped ? SignatureV4.EscapePath(text) : text;

        void Optional(string name, string value)
        {
            if (value.Length > 0)
            {
                xml.WriteElementString(name, value);
            }
        }
    }

    private static void Contents(XmlWriter xml, string key, S3Entry entry)
    {
        xml.WriteStartElement("Contents");
        xml.WriteElementString("Key", key);
        xml.WriteElementString("LastModified", Time(entry.Version!.Time));
        xml.WriteElementString("ETag", $"\"{S3Object.TagOf(entry.File!)}\"");
        xml.WriteElementString("ChecksumAlgorithm", "SHA256");
        xml.WriteElementString("ChecksumType", S3Object.ChecksumType);
        xml.WriteElementString("Size", entry.File!.Bytes.ToString(CultureInfo.InvariantCulture));
        xml.WriteElementString("StorageClass", "STANDARD");
        xml.WriteEndElement();
    }

    /// <summary>Whole seconds, as the header has them: a client compares the two.</summary>
    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);
}
