using System.Globalization;
using System.Text;

namespace Gateway.Core.Manifests;

/// <summary>
/// What <c>_SUCCESS</c> says, the file that pipelines poll for where a directory is not local and nothing tells them of a change. It is written last, and
/// follows wholly from the signed documents beside it.
/// </summary>
public static class SuccessMarker
{
    /// <summary>One line of JSON.</summary>
    /// <param name="release">Digest of the release.</param>
    /// <param name="manifest">Digest of the manifest.</param>
    /// <param name="files">Files in the manifest.</param>
    /// <param name="bytes">Bytes in the manifest.</param>
    public static byte[] Of(Digest release, Digest manifest, int files, long bytes) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{{\"release\":\"{release.Hex}\",\"manifest\":\"{manifest.Hex}\",\"files\":{files},\"bytes\":{bytes}}}\n"));
}
