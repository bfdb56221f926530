internal import Formats
internal import Values

extension SettingsReader {
    /// The name in the setting `credential`; nil if it is omitted.
    ///
    /// - Throws: ``SettingsError``, which does not repeat a wrong value: it may be a secret.
    func credential() throws(SettingsError) -> String? {
        guard let text = try string("credential") else { return nil }
        if CredentialName.isValid(text) { return text }
        throw .notAllowed(
            setting: "credential", value: "…",
            rule: "must be the name of a credential of the workers: \(CredentialName.rule)")
    }

    /// - Parameter what: What it is, for messages.
    func requiredCredential(_ what: String) throws(SettingsError) -> String {
        if let name = try credential() { return name }
        throw .missing(
            setting: "credential", rule: "must be the name of a credential of the workers, \(what)")
    }
}
