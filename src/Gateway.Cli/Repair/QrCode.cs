using System.Text;
using Gateway.Cli.Terminal;
using QRCoder;
using Spectre.Console;

namespace Gateway.Cli.Repair;

/// <summary>A repair code as a QR code, without its hyphens: all of it is then in the alphabet that a QR code holds most of.</summary>
internal static class QrCode
{
    /// <summary>Dots of an image for each module: 105 modules and their margin then fill a page or a telephone's screen.</summary>
    private const int DotsPerModule = 8;

    /// <summary>Draws it with half blocks, two modules high each, light on dark whatever the terminal's colours are.</summary>
    public static void Print(Screen screen, string code)
    {
        using var data = Generate(code);
        var modules = data.ModuleMatrix;
        var line = new StringBuilder(modules.Count);
        for (var row = 0; row < modules.Count; row += 2)
        {
            line.Clear();
            for (var column = 0; column < modules.Count; column++)
            {
                var below = row + 1 < modules.Count && !modules[row + 1][column];
                line.Append((!modules[row][column], below) switch
                {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    _ => ' ',
                });
            }

            screen.Write(new Text($"{line}\n", new Style(Color.White, Color.Black)) { Overflow = Overflow.Crop });
        }
    }

    /// <summary>It as a PNG file.</summary>
    public static byte[] Png(string code)
    {
        using var data = Generate(code);
        using var png = new PngByteQRCode(data);
        return png.GetGraphic(DotsPerModule);
    }

    // The least redundancy: it is read from a screen or from clean paper, and its groups have checks of their own.
    private static QRCodeData Generate(string code) => QRCodeGenerator.GenerateQrCode(code.Replace("-", "", StringComparison.Ordinal), QRCodeGenerator.ECCLevel.L);
}
