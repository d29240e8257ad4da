using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Gateway.Cli.Terminal;

/// <summary>Stdout for people, or one JSON document for machines. Every text passes <see cref="SafeText"/>; none is read as markup.</summary>
internal sealed class Screen
{
    /// <summary>Columns where stdout is no terminal: wide enough that a digest and its label share a line.</summary>
    private const int WidthWithoutTerminal = 160;

    private readonly IAnsiConsole console;
    private readonly TextWriter writer;

    public Screen(CommandEnvironment environment)
    {
        writer = environment.Out;
        console = For(environment.Out, environment.OutIsTerminal);
    }

    /// <summary>Whether a JSON document was printed; there is never a second one.</summary>
    public bool HasDocument { get; private set; }

    /// <summary>A console on a writer; colours only on a terminal.</summary>
    public static IAnsiConsole For(TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = WidthWithoutTerminal;
        }

        return console;
    }

    /// <summary>A cell or paragraph of untrusted text.</summary>
    public static Text Plain(string? text) => new(SafeText.Of(text));

    /// <summary>A cell in a colour.</summary>
    public static Text Styled(string? text, Color color) => new(SafeText.Of(text), new Style(color));

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A size with a binary unit.</summary>
    public static string Size(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var value = (double)bytes;
        var unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {units[unit]}");
    }

    /// <summary>One line of text, not wrapped: digests and paths stay whole for copying.</summary>
    public void Line(string text) => writer.WriteLine(SafeText.Of(text));

    public void Title(string text)
    {
        console.Write(new Rule(Markup.Escape(SafeText.Of(text))) { Justification = Justify.Left, Style = Style.Plain });
    }

    public void Write(IRenderable renderable) => console.Write(renderable);

    /// <summary>A table with a header.</summary>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Plain(column)));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(Plain));
        }

        console.Write(table);
    }

    /// <summary>Names and values, one a line.</summary>
    public void Facts(params ReadOnlySpan<(string Name, string? Value)> facts)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in facts)
        {
            if (!string.IsNullOrEmpty(value))
            {
                grid.AddRow(Styled(name, Color.Grey), Plain(value));
            }
        }

        console.Write(grid);
    }

    /// <summary>The one JSON document of a command.</summary>
    public void Document<T>(T value, JsonTypeInfo<T> type)
    {
        if (HasDocument)
        {
            throw new InvalidOperationException("A command prints one JSON document.");
        }

        HasDocument = true;
        writer.WriteLine(JsonSerializer.Serialize(value, type));
    }
}
