import MeshBase

extension KubernetesSettings {
    /// Whether an object may have the name: DNS labels with dots between them, 253 characters at most (RFC 1123).
    package static func isName(_ text: String) -> Bool {
        text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { DNSLabel.isValid($0) }
    }

    /// Pairs of `key=value`; nil where one is none, or a key is there twice.
    fileprivate static func pairs(_ text: String) -> [(key: String, value: String)]? {
        var pairs: [(key: String, value: String)] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = word.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !pairs.contains(where: { $0.key == parts[0] }) else { return nil }
            pairs.append((parts[0], parts[1]))
        }
        return pairs
    }
}

extension KubernetesSettings.Quota {
    /// The catalogue's, but for what is written: `cpu=100,memory=200Gi,claims=10,load-balancers=2`.
    package init?(_ text: String) {
        guard let pairs = KubernetesSettings.pairs(text) else { return nil }
        for (key, value) in pairs {
            let number: Int? =
                switch key {
                case "cpu": Quantity.processors(value)
                case "memory": Quantity.memory(value)
                case "claims", "load-balancers": Quantity.number(value, 0...1_000_000)
                default: nil
                }
            guard let number else { return nil }
            switch key {
            case "cpu": processors = number
            case "memory": memory = number
            case "claims": claims = number
            default: loadBalancers = number
            }
        }
    }
}

extension KubernetesSettings.Limits {
    /// The catalogue's, but for what is written: `max-cpu=4,max-memory=8Gi,min-cpu=100m,min-memory=128Mi,cpu=1,memory=1Gi`.
    ///
    /// - Returns: nil also where what is usual does not lie between the least and the most.
    package init?(_ text: String) {
        guard let pairs = KubernetesSettings.pairs(text) else { return nil }
        for (key, value) in pairs {
            guard let number = key.hasSuffix("cpu") ? Quantity.processors(value) : Quantity.memory(value) else {
                return nil
            }
            switch key {
            case "max-cpu": most.processors = number
            case "max-memory": most.memory = number
            case "min-cpu": least.processors = number
            case "min-memory": least.memory = number
            case "cpu": usual.processors = number
            case "memory": usual.memory = number
            default: return nil
            }
        }
        guard least.processors <= usual.processors, usual.processors <= most.processors, least.memory <= usual.memory,
            usual.memory <= most.memory
        else { return nil }
    }
}
