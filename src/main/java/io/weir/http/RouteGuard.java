package io.weir.http;

/** Puts something before the handlers of some routes, and leaves the others as they are. */
@FunctionalInterface
public interface RouteGuard {
    /**
     * The handler to be called in the place of another.
     *
     * @param path the route's path, a template where it has variables
     */
    RequestHandler guard(String method, String path, RequestHandler handler);
}
