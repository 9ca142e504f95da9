import Foundation
import MeshBase
import Testing
import Topology

@testable import Exports

/// What Kubernetes is given, read again.
@Suite struct KubernetesExportTests {
    private static func export(_ name: String, _ change: (inout KubernetesSettings) -> Void = { _ in }) throws
        -> KubernetesExport
    {
        let source = try ExportSamples.shipped(name)
        var settings = ExportSamples.settings(source.mesh)
        change(&settings)
        return KubernetesExport(source, settings)
    }

    private static func objects(_ name: String, _ change: (inout KubernetesSettings) -> Void = { _ in }) throws
        -> [Exported]
    {
        try ExportSamples.objects(export(name, change).files.filter { $0.path != "kustomization.yaml" })
    }

    @Test func threeRegionsAreFourteenNamespacesWithWallsEach() throws {
        let objects = try Self.objects("three-regions")
        let counts = Dictionary(grouping: objects, by: \.kind).mapValues(\.count)
        #expect(
            counts == [
                "Namespace": 14, "ResourceQuota": 14, "LimitRange": 14, "NetworkPolicy": 14, "ConfigMap": 14,
                "Secret": 14,
                "StatefulSet": 13, "Deployment": 1, "Service": 16, "PodDisruptionBudget": 14,
            ])
        let namespaces = Set(objects.filter { $0.kind == "Namespace" }.map(\.name))
        #expect(namespaces.contains("three-regions-us-east-1") && namespaces.contains("three-regions-routers"))
        for object in objects where object.kind != "Namespace" {
            #expect(namespaces.contains(object.namespace), "\(object.kind) \(object.name)")
        }
        // Each namespace has one of each wall.
        for kind in ["ResourceQuota", "LimitRange", "NetworkPolicy", "PodDisruptionBudget", "ConfigMap", "Secret"] {
            #expect(Set(objects.filter { $0.kind == kind }.map(\.namespace)) == namespaces)
        }
        let names = objects.map { "\($0.kind)/\($0.namespace)/\($0.name)" }
        #expect(Set(names).count == names.count)
    }

    @Test func theWallsAreTheCatalogues() throws {
        let objects = try Self.objects("three-regions")
        for quota in objects where quota.kind == "ResourceQuota" {
            #expect(
                quota["spec.hard"].words == [
                    "requests.cpu": "100", "requests.memory": "200Gi", "persistentvolumeclaims": "10",
                    "services.loadbalancers": "2",
                ])
        }
        for range in objects where range.kind == "LimitRange" {
            let limits = range["spec.limits.0"]
            #expect(limits["max"].words == ["cpu": "4", "memory": "8Gi"])
            #expect(limits["min"].words == ["cpu": "100m", "memory": "128Mi"])
            #expect(limits["default"].words == ["cpu": "1", "memory": "1Gi"])
        }
        let other = try Self.objects("three-regions") {
            $0.quota.processors = 1_500
            $0.limits.most.memory = 16 << 30
        }
        let quota = try #require(other.first { $0.kind == "ResourceQuota" })
        let range = try #require(other.first { $0.kind == "LimitRange" })
        #expect(quota["spec.hard"].key("requests.cpu").text == "1500m")
        #expect(range["spec.limits.0.max.memory"].text == "16Gi")
    }

    /// Routers enter a cell; so do the mesh's own cells and its control plane, and gossip. Nothing else does.
    @Test func onlyTheMeshPassesACellsWall() throws {
        let objects = try Self.objects("three-regions")
        let policy = try #require(
            objects.first { $0.kind == "NetworkPolicy" && $0.namespace == "three-regions-us-east-1" })
        #expect(policy["spec.podSelector"].keys.isEmpty && policy["spec.policyTypes"].texts == ["Ingress", "Egress"])
        func peers(_ way: String, _ side: String) -> [String] {
            policy["spec.\(way)"].items.map { rule in
                let labels = rule["\(side).0.namespaceSelector.matchLabels"]
                let who =
                    labels.key("app.kubernetes.io/component").text ?? labels.key("kubernetes.io/metadata.name").text
                    ?? labels.key("app.kubernetes.io/instance").text ?? "anybody"
                let ports = rule["ports"].items.map { "\($0["protocol"].text ?? "")\($0["port"].number ?? 0)" }
                return "\(who) \(ports.joined(separator: " "))"
            }
        }
        #expect(
            peers("ingress", "from") == ["router TCP7000", "cell TCP7000", "control TCP7000", "three-regions UDP7946"])
        #expect(
            peers("egress", "to") == [
                "kube-system UDP53 TCP53", "three-regions UDP7946", "cell TCP7000", "router TCP7001",
            ])
        // Every rule has a peer and ports, but for the routers' door.
        for policy in objects where policy.kind == "NetworkPolicy" {
            for rule in policy["spec.ingress"].items + policy["spec.egress"].items {
                #expect(!rule["ports"].items.isEmpty)
                let isDoor = rule["ports.0.port"].number == 7_000 && policy.name == "router"
                #expect(isDoor || rule.keys.count == 2)
            }
        }
    }

    /// Selectors find the pods that they are for, and names that are joined are names of Services.
    @Test(arguments: ["three-regions", "eight-cells", "flagship", "hundred-cells"])
    func whatRefersToSomethingFindsIt(_ name: String) throws {
        let objects = try Self.objects(name)
        let services = Set(objects.filter { $0.kind == "Service" }.map { "\($0.name).\($0.namespace).svc" })
        for owner in objects where owner.pod != nil {
            let labels = owner["spec.template.metadata.labels"].words
            func isChosen(by selector: [String: String]) -> Bool {
                !selector.isEmpty && selector.allSatisfy { labels[$0.key] == $0.value }
            }
            #expect(isChosen(by: owner["spec.selector.matchLabels"].words))
            let near = objects.filter { $0.namespace == owner.namespace }
            for service in near where service.kind == "Service" {
                #expect(isChosen(by: service["spec.selector"].words))
                let ports = Set(owner.pod!["containers.0.ports"].items.compactMap { $0["name"].text })
                for port in service["spec.ports"].items { #expect(ports.contains(port["targetPort"].text ?? "")) }
            }
            for budget in near where budget.kind == "PodDisruptionBudget" {
                #expect(isChosen(by: budget["spec.selector.matchLabels"].words))
                #expect(budget["spec.maxUnavailable"].number == 1)
            }
            let arguments = owner.pod!["containers.0.args"].texts
            let joins = arguments.filter { $0.hasPrefix("--join=") }
            #expect((1...16).contains(joins.count), "\(owner.namespace)")
            for join in joins {
                #expect(join.hasSuffix(":7946"))
                #expect(services.contains(String(join.dropFirst(7).dropLast(5))), "\(join)")
                #expect(!join.contains(".\(owner.namespace).svc"), "joins itself")
            }
            // Volumes that are mounted are there, and the topology is where the process looks for it.
            let claims = owner["spec.volumeClaimTemplates"].items.map { $0["metadata.name"].text ?? "" }
            let volumes = owner.pod!["volumes"].items.map { $0["name"].text ?? "" } + claims
            for mount in owner.pod!["containers.0.volumeMounts"].items {
                #expect(volumes.contains(mount["name"].text ?? ""))
            }
            let map = try #require(near.first { $0.kind == "ConfigMap" })
            let items = owner.pod!["volumes"].items.first { $0["name"].text == "topology" }!["configMap.items"].items
            #expect(items.count == map["data"].keys.count)
            for item in items { #expect(map["data"].keys.contains(item["key"].text ?? "")) }
            let topology = try #require(arguments.first { $0.hasPrefix("--topology=/etc/cellmesh/") }).dropFirst(25)
            let first = try #require(items.first)
            #expect(first["path"].text == String(topology))
            #expect(map["data"].key(first["key"].text ?? "").text?.contains("mesh: \(name)") == true)
        }
    }

    @Test(arguments: ["three-regions", "tiers"]) func everyPodIsHardened(_ name: String) throws {
        for owner in try Self.objects(name) where owner.pod != nil {
            let pod = owner.pod!
            #expect(pod["automountServiceAccountToken"].flag == false && pod["enableServiceLinks"].flag == false)
            #expect(pod["securityContext.runAsNonRoot"].flag == true)
            #expect((pod["securityContext.runAsUser"].number ?? 0) >= 10_000)
            #expect(pod["securityContext.seccompProfile.type"].text == "RuntimeDefault")
            #expect(pod["containers"].items.count == 1)
            let container = pod["containers.0"]
            #expect(container["securityContext.allowPrivilegeEscalation"].flag == false)
            #expect(container["securityContext.readOnlyRootFilesystem"].flag == true)
            #expect(container["securityContext.capabilities.drop"].texts == ["ALL"])
            for kind in ["requests", "limits"] { #expect(container["resources.\(kind)"].keys == ["cpu", "memory"]) }
            for (probe, path) in [("startup", "/startupz"), ("readiness", "/readyz"), ("liveness", "/livez")] {
                #expect(container["\(probe)Probe.httpGet.path"].text == path)
                let port = container["\(probe)Probe.httpGet.port"].text
                #expect(container["ports"].items.contains { $0["name"].text == port })
            }
            #expect((pod["terminationGracePeriodSeconds"].number ?? 0) >= 15)
            // Bound to every address, and told by the one that others reach.
            let arguments = container["args"].texts
            #expect(arguments.contains("--advertise=$(POD_IP)") && arguments.contains("--gossip=0.0.0.0:7946"))
            #expect(container["env"].items.contains { $0["valueFrom.fieldRef.fieldPath"].text == "status.podIP" })
        }
    }

    @Test func podsKeepToTheirRegionAndZone() throws {
        let objects = try Self.objects("three-regions")
        let cell = try #require(objects.first { $0.kind == "StatefulSet" && $0.namespace.hasSuffix("us-east-2") })
        let required =
            "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0.matchExpressions"
        let terms = cell.pod!["affinity.\(required)"].items
        #expect(terms.map { $0["key"].text } == ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"])
        #expect(terms.map { $0["values"].texts } == [["us-east"], ["us-east-b"]])
        let router = try #require(objects.first { $0.kind == "Deployment" })
        #expect(router.pod!["topologySpreadConstraints"].items.count == 2)
        #expect(router["spec.strategy.rollingUpdate.maxSurge"].number == 0)
        #expect(cell["spec.updateStrategy.type"].text == "OnDelete")
        let free = try Self.objects("three-regions") { $0.placement = .none }
        #expect(free.compactMap(\.pod).filter { !$0["affinity.nodeAffinity"].keys.isEmpty }.isEmpty)
    }

    /// The secret stands in one file, which is marked; with a Secret of the team's own nowhere.
    @Test func theSecretStandsWhereItIsSaidTo() throws {
        let encoded = Data(ExportSamples.secret.utf8).base64EncodedString()
        let files = try Self.export("three-regions").files
        #expect(files.filter(\.isSecret).map(\.path) == ["manifests/10-secrets.yaml"])
        for file in files {
            #expect(!file.text.contains(ExportSamples.secret), "\(file.path)")
            #expect(file.text.contains(encoded) == file.isSecret, "\(file.path)")
        }
        let others = try Self.export("three-regions") { $0.secret = .existing("vault") }.files
        #expect(others.filter(\.isSecret).isEmpty && !others.contains { $0.text.contains(encoded) })
        let pods = try ExportSamples.objects(others).compactMap(\.pod)
        #expect(pods.count == 14)
        for pod in pods {
            let volume = try #require(pod["volumes"].items.first { $0["name"].text == "secret" })
            #expect(volume["secret.secretName"].text == "vault" && volume["secret.defaultMode"].number == 0o440)
        }
    }

    @Test func kustomizeTakesEveryFileInItsOrder() throws {
        let files = try Self.export("three-regions").files
        let list = try #require(try ExportSamples.objects([files[0]]).first)
        #expect(list.kind == "Kustomization" && list["resources"].texts == files.dropFirst().map(\.path))
        // Namespaces before what lies in them, also for whoever goes by the names of files.
        let numbers = list["resources"].texts.map { $0.dropFirst("manifests/".count).prefix(2) }
        #expect(numbers == numbers.sorted() && numbers.first == "00")
    }

    /// What checkov passes over stands there with its reason, and only where the name of the image is the reason.
    @Test func aMovingTagIsPulledAgain() throws {
        for (image, policy, skips) in [
            ("cellmesh", "Always", ["43"]), ("host:5000/cellmesh", "Always", ["43"]),
            ("a/cellmesh:latest", "Always", ["43"]), ("cellmesh:0.1.0", "IfNotPresent", ["43", "15"]),
            ("host:5000/cellmesh@sha256:ab", "IfNotPresent", ["15"]),
        ] {
            let owners = try Self.objects("eight-cells") { $0.image = image }.filter { $0.pod != nil }
            #expect(!owners.isEmpty)
            for owner in owners {
                let texts = owner["metadata.annotations"].words.sorted { $0.key < $1.key }.map(\.value)
                #expect(texts.map { String($0.dropFirst("CKV_K8S_".count).prefix { $0 != "=" }) } == skips, "\(image)")
                #expect(texts.allSatisfy { $0.split(separator: "=").count == 2 })
            }
            let pods = owners.compactMap(\.pod)
            #expect(pods.allSatisfy { $0["containers.0.imagePullPolicy"].text == policy }, "\(image)")
        }
    }
}
