/** The official SDKs that come without declarations; what is used of each is named where it is imported. */
declare module "upstox-js-sdk"
declare module "fyers-api-v3"
declare module "fyers-api-v3/*"
