/// The name of an image, and how much it says.
struct ImageName {
    let text: String

    init(_ text: String) { self.text = text }

    /// Others' content may come under the name from day to day.
    var isMoving: Bool {
        let name = text.split(separator: "/").last ?? ""
        return !isDigest && (!name.contains(":") || name.hasSuffix(":latest"))
    }

    /// It names its content.
    var isDigest: Bool { text.contains("@sha256:") }

    /// What checkov is told not to look for in what runs the image, and why.
    var skips: [(String, String)] {
        var reasons: [String] = []
        if !isDigest {
            reasons.append("CKV_K8S_43=the image is named as --image says; name its digest there where tags may move")
        }
        if !isMoving {
            reasons.append(
                "CKV_K8S_15=the name does not move and so needs no new pull; images loaded into nodes are used")
        }
        return reasons.enumerated().map { ("checkov.io/skip\($0 + 1)", $1) }
    }
}
