using System.Net;
using Xunit;

namespace Gateway.Tests.High.Import;

/// <summary>Ranges of a file of eight bytes, and what RFC 9110 §14 has a server answer that gives one range or the whole.</summary>
internal sealed class ReaderRanges : TheoryData<string, HttpStatusCode, string?, string?>
{
    private const string Whole = "{\"a\":1}\n";

    public ReaderRanges()
    {
        Add("bytes=0-0", HttpStatusCode.PartialContent, "{", "bytes 0-0/8");
        Add("bytes=3-", HttpStatusCode.PartialContent, "\":1}\n", "bytes 3-7/8");
        Add("bytes=-2", HttpStatusCode.PartialContent, "}\n", "bytes 6-7/8");
        Add("bytes=0-99999999999999", HttpStatusCode.PartialContent, Whole, "bytes 0-7/8");
        Add("bytes=8-", HttpStatusCode.RequestedRangeNotSatisfiable, null, "bytes */8");
        Add("bytes=-0", HttpStatusCode.RequestedRangeNotSatisfiable, null, "bytes */8");
        Add("bytes=0-1,3-4", HttpStatusCode.OK, Whole, null);
        Add("bytes=5-2", HttpStatusCode.OK, Whole, null);
        Add("bytes=a-b", HttpStatusCode.OK, Whole, null);
        Add("lines=1-2", HttpStatusCode.OK, Whole, null);
        Add("bytes=99999999999999999999999-", HttpStatusCode.OK, Whole, null);
    }
}
