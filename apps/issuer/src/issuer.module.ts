import { Module } from '@nestjs/common';
import { AuthenticatorsController } from './authenticators.controller.js';
import { DeviceAuthorizationController, DeviceController } from './device.controller.js';
import { DiagnoseController } from './diagnose.controller.js';
import { IntrospectionController } from './introspection.controller.js';
import { MetadataController } from './metadata.controller.js';
import { PasswordController } from './password.controller.js';
import { issuerProviders } from './providers.js';
import { RevocationController } from './revocation.controller.js';
import { SessionsController } from './sessions.controller.js';
import { TokenController } from './token.controller.js';
import { Upkeep } from './upkeep.js';

@Module({
  controllers: [
    TokenController,
    IntrospectionController,
    RevocationController,
    DeviceAuthorizationController,
    DeviceController,
    MetadataController,
    SessionsController,
    PasswordController,
    AuthenticatorsController,
    DiagnoseController,
  ],
  providers: [...issuerProviders, Upkeep],
})
export class IssuerModule {}
