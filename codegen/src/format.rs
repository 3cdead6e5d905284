use twilio_openapi::Spec;

/// Formats a module and says where it came from.
pub(crate) fn source(spec: &Spec, file: &syn::File) -> String {
    let header = format!(
        "// Generated from {} @ {} by twilio-sdk-codegen {}, do not edit.\n",
        spec.name().escape_debug(),
        spec.version().escape_debug(),
        env!("CARGO_PKG_VERSION")
    );
    header + &prettyplease::unparse(file)
}
