using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Google.Protobuf.WellKnownTypes;
using SettingsMessage = Gateway.Protocol.High.V1.ConsumerSettings;
using Settings = Gateway.Storage.High.ConsumerSettings;

namespace Gateway.High.Import;

/// <summary>Consumers and deliveries in the words of the protocol.</summary>
internal static class ConsumerMessages
{
    public static Consumer ToProto(this ConsumerRecord consumer) => new()
    {
        Name = consumer.Name,
        Settings = consumer.Settings.ToProto(),
        Creator = consumer.Creator,
        CreateTime = Timestamp.FromDateTimeOffset(consumer.Created),
        Cursor = ImportCursor.Of(consumer.Cursor),
        Waiting = consumer.Waiting,
        Outstanding = consumer.Outstanding,
        Dead = consumer.Dead,
    };

    public static Delivery ToProto(this DeliveryRecord delivery, Settings settings) => new()
    {
        Id = delivery.Id,
        Attempt = delivery.Attempt,
        MaxAttempts = settings.MaximumAttempts,
        AckDeadline = Duration.FromTimeSpan(settings.AckDeadline),
        Event = delivery.Event.ToProto(),
    };

    public static DeadLetter ToProto(this DeadLetterRecord letter) => new()
    {
        Import = letter.Import.ToProto(),
        Attempts = letter.Attempts,
        Reason = letter.Reason,
        Time = Timestamp.FromDateTimeOffset(letter.Time),
    };

    /// <summary>What was asked for, with the defaults in place of what was left out. Refuses with <see cref="RefusalCode.RequestInvalid"/>.</summary>
    public static Outcome<Settings> Read(SettingsMessage message)
    {
        if (!ReadTime(message.AckDeadline, Settings.Default.AckDeadline).Succeeded(out var deadline, out _))
        {
            return new Refusal(RefusalCode.RequestInvalid, "ack_deadline");
        }

        return new Settings
        {
            Patterns = message.Patterns,
            Kind = message.Kind == Protocol.V1.ArtifactKind.Unspecified ? null : (ArtifactKind)(int)message.Kind,
            Classes = message.Classes,
            AckDeadline = deadline,
            MaximumAttempts = message.MaxAttempts == 0 ? Settings.Default.MaximumAttempts : message.MaxAttempts,
        }.Check();
    }

    /// <summary>A time of at most <see cref="Settings.LongestDeadline"/>, or the default where none was given. Refuses with <see cref="RefusalCode.RequestInvalid"/>.</summary>
    public static Outcome<TimeSpan> ReadTime(Duration? time, TimeSpan @default) => time switch
    {
        null => @default,
        // Before it is turned into a TimeSpan: that throws where seconds and nanoseconds are no duration.
        { Seconds: < 0 } or { Nanos: < 0 or > 999_999_999 } => new Refusal(RefusalCode.RequestInvalid, "a duration is negative or malformed"),
        _ when time.Seconds > (long)Settings.LongestDeadline.TotalSeconds => new Refusal(RefusalCode.RequestInvalid, $"a duration is above {Settings.LongestDeadline}"),
        _ => time.ToTimeSpan(),
    };

    private static SettingsMessage ToProto(this Settings settings) => new()
    {
        Patterns = { settings.Patterns },
        Kind = (Protocol.V1.ArtifactKind)(int)(settings.Kind ?? 0),
        Classes = { settings.Classes },
        AckDeadline = Duration.FromTimeSpan(settings.AckDeadline),
        MaxAttempts = settings.MaximumAttempts,
    };
}
