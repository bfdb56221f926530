import Values

extension Arguments {
    /// - Parameter what: What the credential is for, for messages.
    /// - Throws: A ``Rejection`` that does not repeat the value: it may be a URL with a password.
    func credential(of what: String) throws(Rejection) -> String {
        let text = try string("credential")
        if CredentialName.isValid(text) { return text }
        throw Rejection(
            .invalidCredential,
            "credential of \(what) must be the name of a credential of the workers: "
                + CredentialName.rule,
            hint: "give the secret itself to the workers, as FERRY_CREDENTIAL_NAME or in a file "
                + "(ferry worker --credentials), and its name here")
    }
}
