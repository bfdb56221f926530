public import Credentials
public import Destinations
import Formats
import Foundation
public import Lifecycle
public import Values

/// Opens the destinations of runs and reads their file settings.
public struct DestinationAccess: Sendable {
    let limits: DestinationLimits

    public init(limits: DestinationLimits) {
        self.limits = limits
    }

    /// Those of this worker.
    public var credentials: WorkerCredentials { limits.credentials }

    /// - Throws: `SettingsError`, `RunError`.
    func open(_ input: RunInputs.DestinationInput) throws -> any DestinationAdapter {
        try known(input.kind).makeDestination(
            name: input.name, settings: JSONEncoder().encode(withoutLimits(input.settings)),
            limits: limits, sandbox: input.sandbox)
    }

    private func known(_ kind: String) throws -> DestinationKind {
        guard let known = DestinationKind(rawValue: kind) else {
            throw RunError(
                code: "unknown_destination_kind", origin: .configuration,
                message: "this worker does not support destination kind \"\(shown(kind))\"",
                hint: "update the workers", isTransient: false)
        }
        return known
    }

    /// The settings of the kind, after the common settings were checked.
    private func withoutLimits(_ settings: JSONValue) throws -> JSONValue {
        guard case .object(var own) = settings, let limits = own.removeValue(forKey: "limits")
        else { return settings }
        _ = try TransferLimits(json: JSONEncoder().encode(limits))
        return .object(own)
    }

    /// The settings of the run's data template, which must be for its kind of destination.
    func settings(_ inputs: RunInputs) throws -> DataTemplateSettings {
        try settings(inputs.dataTemplate.settings, kind: inputs.destination.kind)
    }

    private func settings(_ json: JSONValue, kind: String) throws -> DataTemplateSettings {
        let settings = try DataTemplateSettings(json: JSONEncoder().encode(json))
        try known(kind).check(settings)
        return settings
    }

    /// Tests a destination with a probe file: everything that staging and publishing need.
    ///
    /// Ends at the latest after 10 seconds, and when the calling task is cancelled.
    ///
    /// - Returns: The reason why the destination cannot be used; nil if it can.
    public func test(_ destination: RunInputs.DestinationInput) async -> String? {
        await Patience.answer(otherwise: Patience.reason(destination.name)) {
            do {
                try await open(destination).test()
                return nil
            } catch let runError as RunError {
                return runError.message
            } catch {
                return "\(error)"
            }
        }
    }

    /// - Returns: The reason why these settings of a destination are invalid; nil if they are
    ///   valid.
    public func check(_ destination: RunInputs.DestinationInput) -> String? {
        do {
            _ = try open(destination)
            return nil
        } catch let runError as RunError {
            return runError.message
        } catch {
            return "\(error)"
        }
    }

    /// Whether the recorded publication of a run is visible now.
    ///
    /// Ends as ``test(_:)``.
    public func visibility(of delivery: DecidedDelivery) async -> DeliveryState {
        let name = delivery.inputs.destination.name
        return await Patience.answer(otherwise: .unknown(reason: Patience.reason(name))) {
            do {
                let destination = try open(delivery.inputs.destination)
                let publication = try Delivery.publication(of: delivery)
                return try await destination.isPublished(publication)
                    ? .visible(location: destination.location(of: publication))
                    : .notVisible
            } catch let runError as RunError {
                return .unknown(reason: runError.message)
            } catch {
                return .unknown(reason: "\(error)")
            }
        }
    }

    /// - Returns: The reason why these settings of a data template are invalid for a kind of
    ///   destination; nil if they are valid.
    public func check(template json: JSONValue, kind: String) async -> String? {
        do {
            _ = try await settings(json, kind: kind).openKeyring(of: credentials)
            return nil
        } catch let runError as RunError {
            return runError.message
        } catch {
            return "\(error)"
        }
    }
}
