//! The kinds of SIDs that Twilio's specifications name, by prefix.
//!
//! The generator has the same list; a test of the workspace compares the two.

use crate::TypedSid;

/// Defines a kind and its alias. One generic type with an alias per kind compiles in a tenth of the time of a type per
/// kind.
macro_rules! kinds {
    ($($name:ident $($prefix:literal)+;)*) => {
        /// The kinds of SIDs, one type each.
        pub mod sid_kind {
            use crate::SidKind;

            $(#[doc = concat!("Marks SIDs that start with", $(" `", $prefix, "`",)+ ".")]
            #[derive(Debug)]
            pub enum $name {}

            impl SidKind for $name {
                const PREFIXES: &'static [&'static str] = &[$($prefix),+];
            })*
        }

        $(#[doc = concat!("A SID that starts with", $(" `", $prefix, "`",)+ ".")]
        pub type $name = TypedSid<sid_kind::$name>;)*

        /// The name and the prefixes of every kind, for the test that compares the generator's list with this one.
        #[doc(hidden)]
        pub const KINDS: &[(&str, &[&str])] = &[$((stringify!($name), &[$($prefix),+])),*];
    };
}

kinds! {
    AccountSid "AC";
    AddressSid "AD";
    InsightsEventSid "AE";
    AlphaSenderSid "AI";
    AlarmSid "AK";
    IpAccessControlListSid "AL";
    AddOnTypeSid "AO";
    ApplicationSid "AP";
    BulkHostingSid "BH";
    BillableItemSid "BI";
    RateLimitBucketSid "BL";
    BrandRegistrationSid "BN";
    BindingSid "BS";
    BundleSid "BU";
    ItemAssignmentSid "BV";
    ByocTrunkSid "BY";
    CallSid "CA";
    ConferenceSid "CF";
    ConversationSid "CH";
    CompositionSid "CJ";
    CredentialListSid "CL";
    CampaignSid "CM";
    ConnectAppSid "CN";
    CallParticipantSid "CP";
    CredentialSid "CR";
    CertificateSid "CW";
    CommandSid "DC";
    DeviceSid "DE";
    SubscriptionSid "DF";
    SinkSid "DG";
    DomainSid "DN";
    DeliveryReceiptSid "DY";
    EligibilityRequestSid "EC";
    EvaluationSid "EL";
    SyncListSid "ES";
    SyncDocumentSid "ET";
    EventSid "EV";
    OperatorTypeSid "EY";
    ContactSid "FC";
    PluginConfigurationSid "FJ";
    PluginReleaseSid "FK";
    AssessmentSid "FM";
    ExecutionSid "FN";
    FlexFlowSid "FO";
    PluginSid "FP";
    StepSid "FT";
    FlexUserSid "FU";
    PluginVersionSid "FV";
    FlowSid "FW";
    CategorySid "FY";
    IntelligenceServiceSid "GA";
    QuestionSid "GE";
    QuestionnaireSid "GM";
    SafelistSid "GN";
    FlexInstanceSid "GO";
    GroupSid "GP";
    TranscriptSid "GT";
    SentenceSid "GX";
    NetworkAccessProfileSid "HA";
    BillingPeriodSid "HB";
    SmsCommandSid "HC";
    FleetSid "HF";
    IpCommandSid "HG";
    TollfreeVerificationSid "HH";
    VerificationTemplateSid "HJ";
    CompositionHookSid "HK";
    EsimProfileSid "HP";
    InteractionContextSid "HQ";
    HostedNumberOrderSid "HR";
    SuperSimSid "HS";
    NetworkSid "HW";
    ContentSid "HX";
    SourceIpMappingSid "IB";
    InventoryDidSid "ID";
    AddressConfigurationSid "IG";
    IpRecordSid "IL";
    ChatMessageSid "IM";
    InviteSid "IN";
    SipIpAddressSid "IP";
    IamResourceSid "IQ";
    ServiceSid "IS";
    EndUserSid "IT";
    IamRoleSid "IX";
    RoleAssignmentSid "IY";
    IamPermissionSid "IZ";
    JobSid "JS";
    ProxySessionSid "KC";
    InteractionSid "KD";
    InteractionChannelInviteSid "KG";
    ProxyInteractionSid "KI";
    ProxyParticipantSid "KP";
    NoteSid "KQ";
    ProxyServiceSid "KS";
    PortInRequestSid "KW";
    UserDefinedMessageSid "KX";
    OperatorSid "LY";
    ParticipantSid "MB";
    MediaSid "ME";
    MessagingServiceSid "MG";
    SyncMapSid "MP";
    RoomTrackSid "MT";
    StreamSid "MZ";
    ConnectionPolicyTargetSid "NE";
    UserInvitationSid "NF";
    AlertSid "NO";
    NotificationSid "NT";
    ConnectionPolicySid "NY";
    SettingsUpdateSid "OB";
    OptOutSid "OO";
    OauthAppSid "OQ";
    OrganizationSid "OR";
    OriginationUrlSid "OU";
    RegulatoryTypeSid "OY";
    RoomParticipantSid "PA";
    PaymentSid "PK";
    PhoneNumberSid "PN";
    PortInPhoneNumberSid "PU";
    AuthorizationDocumentSid "PX";
    UsAppToPersonSid "QE";
    TeamSid "QO";
    InsightsResourceSid "QQ";
    QueueSid "QU";
    WorkflowExecutionSid "QW";
    ChannelEndpointAssignmentSid "RA";
    SupportingDocumentSid "RD";
    RecordingSid "RE";
    RegulatoryIdentitySid "RI";
    RateLimitSid "RK";
    RoleSid "RL";
    RoomSid "RM";
    RegulationSid "RN";
    RequestSid "RQ";
    RoomRecordingSid "RT";
    ShortCodeSid "SC";
    SipDomainSid "SD";
    ApiKeySid "SK";
    MessageSid "SM" "MM";
    SiprecSid "SR";
    SenderSid "SU";
    TaskChannelSid "TC";
    TrunkSid "TK";
    SyncStreamSid "TO";
    TranscriptionSid "TR";
    StreamMessageSid "TZ";
    InteractionChannelSid "UO";
    UserSid "US";
    UsageTriggerSid "UT";
    InteractionTransferSid "UX";
    VerifyServiceSid "VA";
    VerificationSid "VE";
    VerificationAttemptSid "VL";
    BrandVettingSid "VT";
    ActivitySid "WA";
    WorkerChannelSid "WC";
    WhatsAppFlowSid "WF";
    WebhookSid "WH";
    WorkerSid "WK";
    RatePlanSid "WP";
    TaskQueueSid "WQ";
    ReservationSid "WR";
    WorkspaceSid "WS";
    TaskSid "WT";
    WorkflowSid "WW";
    DomainVerificationSid "WX";
    AvailableAddOnSid "XB";
    InstalledAddOnSid "XE";
    AddOnExtensionSid "XF";
    AddOnPayloadSid "XH";
    ReferralSid "XL";
    AddOnResultSid "XR";
    ChallengeSid "YC";
    EntitySid "YE";
    FactorSid "YF";
    VerifyAccessTokenSid "YK";
    VerifyWebhookSid "YW";
    BuildSid "ZB";
    DeploymentSid "ZD";
    EnvironmentSid "ZE";
    ServerlessResourceSid "ZH";
    ConfigSid "ZK";
    ServerlessResourceVersionSid "ZN";
    ServerlessServiceSid "ZS";
    VariableSid "ZV";
    UserDefinedMessageSubscriptionSid "ZY";
}
