namespace Gateway.Core.Inspection.Verifiers.Media;

/// <summary>Limits of images and sound. Constants for the reason that <see cref="InspectionLimits"/> gives.</summary>
internal static class MediaLimits
{
    /// <summary>Most pixels of an image, of all frames together where it moves: what Pillow still opens without calling it a decompression bomb.</summary>
    public const long Pixels = 178_956_970;

    /// <summary>Longest side of an image, in pixels: what JPEG can say.</summary>
    public const int Side = 65_535;

    /// <summary>Most bytes of metadata in one file, stored or inflated, because a part of it is held in memory. Large colour profiles have 2 MB.</summary>
    public const int MetadataBytes = 4 * 1024 * 1024;

    /// <summary>Most scans of a JPEG image; encoders write about ten, and each makes a decoder walk over the whole image.</summary>
    public const int JpegScans = 100;

    /// <summary>Most frames of an image that moves.</summary>
    public const int Frames = 10_000;

    /// <summary>Most channels of sound; recordings have up to 64.</summary>
    public const int Channels = 256;

    /// <summary>Highest sample rate of sound, in Hz: twice the highest that converters offer.</summary>
    public const int SampleRate = 1_536_000;
}
