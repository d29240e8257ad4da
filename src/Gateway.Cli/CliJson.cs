using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Cli.Audit;
using Gateway.Cli.Contexts;
using Gateway.Cli.Demo;
using Gateway.Cli.Doctor;
using Gateway.Cli.Imports;
using Gateway.Cli.Imports.Consumers;
using Gateway.Cli.Imports.Rules;
using Gateway.Cli.Inspect;
using Gateway.Cli.Keys;
using Gateway.Cli.Lanes;
using Gateway.Cli.Policy;
using Gateway.Cli.Repair;
using Gateway.Cli.Review;
using Gateway.Cli.Submit;
using Gateway.Cli.Transfers;
using Gateway.Cli.Trust;
using Gateway.Cli.Verify;

namespace Gateway.Cli;

/// <summary>JSON that the commands print. Non-ASCII and control characters are escaped, so a terminal shows what is there.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RefusalDocument))]
[JsonSerializable(typeof(ContextsDocument))]
[JsonSerializable(typeof(RulesDocument))]
[JsonSerializable(typeof(DemoReport))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(SubmissionPlan))]
[JsonSerializable(typeof(ReviewView))]
[JsonSerializable(typeof(TransferView))]
[JsonSerializable(typeof(TransfersDocument))]
[JsonSerializable(typeof(ImportView))]
[JsonSerializable(typeof(ImportsDocument))]
[JsonSerializable(typeof(ConsumersDocument))]
[JsonSerializable(typeof(DeadLettersDocument))]
[JsonSerializable(typeof(ConsumerChangeView))]
[JsonSerializable(typeof(ScrubView))]
[JsonSerializable(typeof(RetentionDocument))]
[JsonSerializable(typeof(AccessKeysDocument))]
[JsonSerializable(typeof(NewAccessKeyView))]
[JsonSerializable(typeof(VerifiedView))]
[JsonSerializable(typeof(ExplanationDocument))]
[JsonSerializable(typeof(InspectionDocument))]
[JsonSerializable(typeof(LanesDocument))]
[JsonSerializable(typeof(LaneKeyView))]
[JsonSerializable(typeof(RepairRequestDocument))]
[JsonSerializable(typeof(RepairApplyDocument))]
[JsonSerializable(typeof(AuditDocument))]
[JsonSerializable(typeof(PolicyDocument))]
[JsonSerializable(typeof(PolicyTestDocument))]
[JsonSerializable(typeof(KeyView))]
[JsonSerializable(typeof(TrustRootView))]
internal sealed partial class CliJson : JsonSerializerContext;

/// <summary>JSON without line breaks, for streams of one document a line.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImportEventView))]
[JsonSerializable(typeof(DeliveryView))]
[JsonSerializable(typeof(PublishedEvent))]
[JsonSerializable(typeof(RuleOutcomeView))]
internal sealed partial class CliJsonLines : JsonSerializerContext;
