/// The script of a page; it has no dependencies and never makes markup of a text.
enum PictureScript {
    /// The SHA-256 digest of ``text`` in Base64, for the policy of the page; a test compares it.
    static let digest = "0NJjyjma83Q0Nfvk0BKu2gPsRhUiM/S4/JPG6hNKVOM="

    /// The script.
    static let text = "\n" + [data, folding, drawing, details, input].joined(separator: "\n\n") + "\n"
}
